import type { CloseRun } from '../../ports/progress-store.js';
import { cleaned } from '../clean-text.js';
import type { Pool } from '../pool.js';
import { isAddressable, type Statement, withScope } from '../with-scope.js';
import { BEGINS_FIX_ROUND } from './fix-rounds.js';

// Planned children that no workflow was ever started for end with their parent; nobody else would close them. A row that is
// closed is closed again by another run only, which is one after a reset, or by whoever has seen this very revision.
const CLOSE: Statement = {
  name: 'close_session',
  text: `
WITH s AS (
  UPDATE sessions SET status = $4, failure = $5, closed_at = now(), closed_run_id = $7, waiting_on = NULL,
    waiting_since = NULL, waiting_reason = NULL, revision = revision + 1
  WHERE account_id = $1 AND project_id = $2 AND session_id = $3
    AND (status = 'active' OR closed_run_id <> $7 OR $8::integer IS NOT NULL) AND revision = coalesce($8, revision)
  RETURNING session_id, revision, branch, commit_sha
), unstarted AS (
  UPDATE sessions SET status = 'cancelled', closed_at = now(), waiting_on = NULL, waiting_since = NULL,
    waiting_reason = NULL, revision = revision + 1
  WHERE account_id = $1 AND project_id = $2 AND parent_session_id = $3 AND status = 'active' AND waiting_on = 'slot'
    AND EXISTS (SELECT FROM s)
  RETURNING session_id, revision
), unlisted AS (
  UPDATE session_index SET is_open = false
  WHERE session_id IN (SELECT session_id FROM s UNION ALL SELECT session_id FROM unstarted)
), abandoned AS (
  UPDATE interactions SET status = 'superseded'
  WHERE account_id = $1 AND project_id = $2 AND session_id = $3 AND status = 'pending' AND EXISTS (SELECT FROM s)
), in_parent AS (
  UPDATE session_children c SET status = $4, branch = coalesce(s.branch, c.branch),
    commit_sha = coalesce(s.commit_sha, c.commit_sha), failure = coalesce($5, c.failure),
    fix_rounds = (SELECT count(*) FROM interactions
                  WHERE account_id = $1 AND project_id = $2 AND session_id = $3 AND ${BEGINS_FIX_ROUND})
  FROM s WHERE c.account_id = $1 AND c.project_id = $2 AND c.child_session_id = s.session_id
), unstarted_in_parent AS (
  UPDATE session_children c SET status = 'cancelled'
  FROM unstarted u WHERE c.account_id = $1 AND c.project_id = $2 AND c.child_session_id = u.session_id
)
INSERT INTO session_events (account_id, project_id, session_id, revision, type, data)
SELECT $1, $2, session_id, revision, 'session_closed', $6::jsonb FROM s
UNION ALL
SELECT $1, $2, session_id, revision, 'session_closed', '{"status": "cancelled"}' FROM unstarted`,
};

/** See {@link ProgressStore.closeSession}: one terminal status of a run, the first one; without a row there is nothing to close. */
export async function closeSession(pool: Pool, input: CloseRun): Promise<void> {
  if (!isAddressable(input.scope, input.sessionId)) return;
  const failure = input.failure && cleaned(input.failure);
  // A parent calls a child that was terminated failed; what Temporal shows is that somebody ended it.
  const status = input.runId === undefined && failure?.kind === 'cancelled' ? 'cancelled' : input.status;
  const values = [
    input.scope.accountId,
    input.scope.projectId,
    input.sessionId,
    status,
    failure && JSON.stringify(failure),
    JSON.stringify(failure ? { status, failure: failure.kind } : { status }),
    input.runId ?? null,
    input.seen ?? null,
  ];
  await withScope(pool, input.scope, (tx) => tx.queryAndCommit(CLOSE, values), { lockSession: input.sessionId });
}
