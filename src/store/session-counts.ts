import type { ActiveCount, ClosedCount, OpenCommandCount, SessionCounts } from '../ports/session-counts.js';
import type { Pool } from './pool.js';

/** No scope: these functions see every account, and give sums alone. See sql/0009_session_counts.sql. */
export function createSessionCounts(pool: Pool): SessionCounts {
  return {
    async active(home) {
      const { rows } = await pool.query<ActiveCount>(
        `SELECT session_type AS "sessionType", step, waiting_on AS "waitingOn", sessions,
           oldest_wait AS "oldestWaitSeconds"
         FROM sw_count_active_sessions($1)`,
        [home],
      );
      return rows;
    },
    async closed(home) {
      const { rows } = await pool.query<ClosedCount>(
        `SELECT session_type AS "sessionType", step, status, sessions FROM sw_count_closed_sessions($1)`,
        [home],
      );
      return rows;
    },
    async openCommands(home) {
      const { rows } = await pool.query<OpenCommandCount>(
        `SELECT kind, commands, oldest_age AS "oldestAgeSeconds" FROM sw_count_open_commands($1)`,
        [home],
      );
      return rows;
    },
  };
}
