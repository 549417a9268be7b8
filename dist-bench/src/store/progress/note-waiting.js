import { cleanText } from '../clean-text.js';
import { isAddressable, withScope } from '../with-scope.js';
const NOTE = {
    name: 'note_waiting',
    text: `
WITH s AS (
  UPDATE sessions SET waiting_on = $4, waiting_reason = $5, waiting_since = CASE WHEN $4::text IS NOT NULL THEN now() END,
    revision = revision + 1
  WHERE account_id = $1 AND project_id = $2 AND session_id = $3 AND status = 'active' AND waiting_on IS DISTINCT FROM $4
  RETURNING revision
), same AS (
  UPDATE sessions SET waiting_reason = $5
  WHERE account_id = $1 AND project_id = $2 AND session_id = $3 AND status = 'active'
    AND waiting_on IS NOT DISTINCT FROM $4 AND waiting_reason IS DISTINCT FROM $5
)
INSERT INTO session_events (account_id, project_id, session_id, revision, type, data)
SELECT $1, $2, $3, revision, 'waiting_changed', jsonb_build_object('waitingOn', $4::text, 'reason', $5::text) FROM s`,
};
/** See {@link ProgressStore.noteWaiting}: an event only when what is waited on changes. */
export async function noteWaiting(pool, input) {
    if (!isAddressable(input.scope, input.sessionId))
        return;
    const reason = input.reason === null ? null : cleanText(input.reason);
    const values = [input.scope.accountId, input.scope.projectId, input.sessionId, input.waitingOn, reason];
    await withScope(pool, input.scope, (tx) => tx.queryAndCommit(NOTE, values), { lockSession: input.sessionId });
}
