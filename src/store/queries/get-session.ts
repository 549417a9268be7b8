import type { Scope } from '../../domain/scope.js';
import type { InteractionRow, SessionDetail } from '../../ports/session-reader.js';
import type { Pool } from '../pool.js';
import { type Statement, withScope } from '../with-scope.js';
import { treeUsage } from './tree-usage.js';
import { iso, SESSION_COLUMNS, type SessionRow, toSummary } from './session-row.js';

const SESSION: Statement = {
  name: 'get_session',
  text: `SELECT ${SESSION_COLUMNS} FROM sessions s WHERE s.account_id = $1 AND s.project_id = $2 AND s.session_id = $3`,
};

const INTERACTIONS: Statement = {
  name: 'get_interactions',
  text: `
SELECT seq, command_id AS "commandId", step, status, command, result, failure, source,
  ${iso('opened_at')} AS "openedAt", ${iso('completed_at')} AS "completedAt"
FROM interactions WHERE account_id = $1 AND project_id = $2 AND session_id = $3
ORDER BY seq, opened_at, command_id`,
};

const CHILDREN: Statement = {
  name: 'get_child_sessions',
  text: `
SELECT ${SESSION_COLUMNS} FROM sessions s
WHERE s.account_id = $1 AND s.project_id = $2 AND s.parent_session_id = $3
ORDER BY s.component COLLATE "C", s.attempt, s.session_id`,
};

export async function getSession(pool: Pool, scope: Scope, sessionId: string): Promise<SessionDetail | null> {
  const values = [scope.accountId, scope.projectId, sessionId];
  return withScope(
    pool,
    scope,
    async (tx) => {
      const [sessions, interactions, children, usage] = await Promise.all([
        tx.query<SessionRow>(SESSION, values),
        tx.query<InteractionRow>(INTERACTIONS, values),
        tx.query<SessionRow>(CHILDREN, values),
        treeUsage(tx, values),
      ]);
      const session = sessions[0];
      return session === undefined
        ? null
        : { ...toSummary(session), interactions, children: children.map(toSummary), usage };
    },
    { readOnly: true },
  );
}
