import type { Pool } from '../src/store/pool.js';
import type { BareActivities, BareExecutorActivities } from './bare-contract.js';

/** Each one statement, prepared, in a transaction of its own: what a hand-written workflow would do at the least. */
export function createBareActivities(pool: Pool): BareActivities {
  return {
    async openTurn({ id, seq }) {
      const text = 'INSERT INTO bench_turns (id, seq) VALUES ($1, $2) ON CONFLICT DO NOTHING';
      await pool.query({ name: 'open_turn', text, values: [id, seq] });
      return { id, seq };
    },
    async closeTurn({ id, seq, report }) {
      const text = 'UPDATE bench_turns SET report = $3, closed_at = now() WHERE id = $1 AND seq = $2';
      await pool.query({ name: 'close_turn', text, values: [id, seq, JSON.stringify(report)] });
      return { status: 'ok' };
    },
  };
}

export const bareExecutorActivities: BareExecutorActivities = {
  carryOut: async () => ({ status: 'ok', note: 'done' }),
};
