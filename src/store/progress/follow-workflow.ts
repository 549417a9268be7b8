import type { Standing } from '../../domain/reconcile.js';
import type { MirrorRow } from '../../ports/mirror.js';
import type { Pool } from '../pool.js';
import { type Statement, withScope } from '../with-scope.js';

// After a reset: what the earlier run did beyond this point is superseded, and the command that is open again is pending. The
// second update reads the first one, so that the old pending row has made room.
const FOLLOW: Statement = {
  name: 'follow_workflow',
  text: `
WITH seen AS (
  SELECT status FROM sessions WHERE account_id = $1 AND project_id = $2 AND session_id = $3 AND revision = $4
), beyond AS (
  UPDATE interactions SET status = 'superseded'
  WHERE account_id = $1 AND project_id = $2 AND session_id = $3 AND EXISTS (SELECT FROM seen) AND status <> 'superseded'
    AND command_id IS DISTINCT FROM $6 AND (seq > $5 OR (seq = $5 AND $6::text IS NOT NULL) OR status = 'pending')
  RETURNING seq
), offered AS (
  UPDATE interactions SET status = 'pending'
  WHERE account_id = $1 AND project_id = $2 AND session_id = $3 AND EXISTS (SELECT FROM seen) AND seq = $5
    AND command_id = $6 AND status = 'superseded' AND verdict IS NULL AND completed_at IS NULL AND command IS NOT NULL
    AND (SELECT count(*) FROM beyond) >= 0
), s AS (
  UPDATE sessions SET status = 'active', closed_at = NULL, closed_run_id = NULL, failure = NULL, step = coalesce($7, step),
    seq = coalesce($5, seq), waiting_on = coalesce($8, 'system'), waiting_since = coalesce($9, now()),
    waiting_reason = NULL, revision = revision + 1
  WHERE account_id = $1 AND project_id = $2 AND session_id = $3 AND EXISTS (SELECT FROM seen)
  RETURNING session_id, revision
), listed AS (
  UPDATE session_index SET is_open = true WHERE NOT is_open AND session_id IN (SELECT session_id FROM s)
)
INSERT INTO session_events (account_id, project_id, session_id, revision, type, data)
SELECT $1, $2, session_id, revision, CASE seen.status WHEN 'active' THEN 'session_set_back' ELSE 'session_reopened' END,
  jsonb_build_object('by', 'reset', 'seq', $5::integer, 'commandId', $6::text)
FROM s, seen`,
};

/** See {@link Mirror.follow}. */
export async function followWorkflow(
  pool: Pool,
  { scope, sessionId, revision }: MirrorRow,
  standing: Standing | null,
): Promise<void> {
  const values = [
    scope.accountId,
    scope.projectId,
    sessionId,
    revision,
    standing?.seq ?? null,
    standing?.openCommandId ?? null,
    standing?.step ?? null,
    standing?.waitingOn ?? null,
    standing?.waitingSince ?? null,
  ];
  await withScope(pool, scope, (tx) => tx.queryAndCommit(FOLLOW, values), { lockSession: sessionId });
}
