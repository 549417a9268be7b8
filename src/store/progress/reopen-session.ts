import type { GenerateInput } from '../../ports/progress-store.js';
import type { Statement, Tx } from '../with-scope.js';

const REOPEN: Statement = {
  name: 'reopen_session',
  text: `
WITH s AS (
  UPDATE sessions SET status = 'active', closed_at = NULL, closed_run_id = NULL, failure = NULL, waiting_on = 'system',
    waiting_since = now(), revision = revision + 1
  WHERE account_id = $1 AND project_id = $2 AND session_id = $3 AND status <> 'active'
  RETURNING session_id, revision
), listed AS (
  UPDATE session_index SET is_open = true WHERE session_id IN (SELECT session_id FROM s)
)
INSERT INTO session_events (account_id, project_id, session_id, revision, type, data)
SELECT $1, $2, session_id, revision, 'session_reopened', '{"by": "reset"}' FROM s`,
};

/** The first thing a reset session writes: its row is active again, whatever an earlier run ended with. */
export async function reopenSession(tx: Tx, { scope, sessionId }: GenerateInput): Promise<void> {
  await tx.query(REOPEN, [scope.accountId, scope.projectId, sessionId]);
}
