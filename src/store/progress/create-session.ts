import type { OpenRun } from '../../ports/progress-store.js';
import type { Statement, Tx } from '../with-scope.js';
import type { StartInput } from './facts-row.js';

const CREATE: Statement = {
  name: 'create_session',
  text: `
WITH place AS (
  INSERT INTO session_index (session_id, account_id, project_id, home) VALUES ($3, $1, $2, $17)
  ON CONFLICT DO NOTHING RETURNING session_id
), s AS (
  INSERT INTO sessions (account_id, project_id, session_id, user_id, session_type, context, component, mode,
    executor_queue, on_exhausted, bounds, parent_session_id, parent_branch, root_session_id, attempt,
    base_branch, toolchain, waiting_on, waiting_since, revision)
  SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, j.bounds || $11, $12, $13,
    coalesce((SELECT p.root_session_id FROM sessions p
              WHERE p.account_id = $1 AND p.project_id = $2 AND p.session_id = $12), $3),
    $14, $16, coalesce(j.custom_toolchain, to_jsonb(j.toolchain)), 'system', now(), 1
  FROM projects j
  WHERE j.account_id = $1 AND j.project_id = $2
    AND (EXISTS (SELECT FROM place)
         OR EXISTS (SELECT FROM session_index WHERE session_id = $3 AND account_id = $1 AND project_id = $2))
  ON CONFLICT DO NOTHING RETURNING session_id
), child AS (
  INSERT INTO session_children (account_id, project_id, parent_session_id, component, attempt, child_session_id, status)
  SELECT $1, $2, $12, $7, $14, session_id, 'active' FROM s WHERE $12::text IS NOT NULL AND $7::text IS NOT NULL
  ON CONFLICT DO NOTHING
), event AS (
  INSERT INTO session_events (account_id, project_id, session_id, revision, type, data)
  SELECT $1, $2, session_id, 1, 'session_created', $15 FROM s
)
SELECT session_id FROM s`,
};

/** Makes the session's row and its place. False when somebody else did meanwhile: look again. */
export async function createSession(tx: Tx, input: OpenRun, start: StartInput): Promise<boolean> {
  const { accountId, projectId, userId } = input.scope;
  const subject = { type: start.sessionType, context: start.context, component: start.component ?? null };
  const rows = await tx.query(CREATE, [
    accountId,
    projectId,
    input.sessionId,
    userId,
    start.sessionType,
    start.context,
    start.component ?? null,
    input.mode,
    start.executorQueue ?? null,
    start.onExhausted ?? 'wait',
    JSON.stringify(start.bounds ?? {}),
    start.parent?.sessionId ?? null,
    start.parent?.branch ?? null,
    start.parent?.attempt ?? 1,
    JSON.stringify({ ...subject, attempt: start.parent?.attempt ?? 1 }),
    start.baseBranch ?? null,
    input.home ?? null,
  ]);
  return rows.length === 1;
}
