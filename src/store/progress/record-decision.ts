import type { DecisionInput } from '../../ports/progress-store.js';
import { cleaned } from '../clean-text.js';
import type { Pool } from '../pool.js';
import { isAddressable, type Statement, withScope } from '../with-scope.js';

const RECORD: Statement = {
  name: 'record_decision',
  text: `
WITH d AS (
  INSERT INTO decisions (account_id, project_id, decision_id, session_id, user_id, action, reason, detail)
  SELECT $1, $2, $4::uuid, $3, $5, $6, $7, $8::jsonb WHERE EXISTS (
    SELECT FROM sessions WHERE account_id = $1 AND project_id = $2 AND session_id = $3)
  ON CONFLICT DO NOTHING
  RETURNING decision_id
), s AS (
  UPDATE sessions SET revision = revision + 1
  WHERE account_id = $1 AND project_id = $2 AND session_id = $3 AND EXISTS (SELECT FROM d)
  RETURNING revision
)
INSERT INTO session_events (account_id, project_id, session_id, revision, type, data)
SELECT $1, $2, $3, revision, 'decided',
  jsonb_build_object('action', $6::text, 'userId', $5::text, 'reason', $7::text) || coalesce($8::jsonb, '{}') FROM s`,
};

/** See {@link ProgressStore.recordDecision}. Who decided is what the operator called himself: the Web UI knows no users of ours. */
export async function recordDecision(pool: Pool, { scope, sessionId, id, decision }: DecisionInput): Promise<void> {
  if (!isAddressable(scope, sessionId)) return;
  const { action, userId, reason, ...detail } = cleaned(decision);
  const more = Object.keys(detail).length === 0 ? null : JSON.stringify(detail);
  const values = [scope.accountId, scope.projectId, sessionId, id, userId, action, reason, more];
  await withScope(pool, scope, (tx) => tx.queryAndCommit(RECORD, values), { lockSession: sessionId });
}
