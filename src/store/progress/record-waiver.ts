import type { WaiverInput } from '../../ports/progress-store.js';
import { cleaned } from '../clean-text.js';
import type { Pool } from '../pool.js';
import { isAddressable, type Statement, withScope } from '../with-scope.js';

const RECORD: Statement = {
  name: 'record_waiver',
  text: `
WITH s AS (
  UPDATE sessions SET waivers = waivers || $4::jsonb, revision = revision + 1
  WHERE account_id = $1 AND project_id = $2 AND session_id = $3 AND status = 'active'
    AND NOT waivers @> jsonb_build_array(jsonb_build_object('component', $4::jsonb ->> 'component'))
  RETURNING revision
)
INSERT INTO session_events (account_id, project_id, session_id, revision, type, data)
SELECT $1, $2, $3, revision, 'component_waived', $4::jsonb FROM s`,
};

/** See {@link ProgressStore.recordWaiver}. */
export async function recordWaiver(pool: Pool, { scope, sessionId, waiver }: WaiverInput): Promise<void> {
  if (!isAddressable(scope, sessionId)) return;
  const values = [scope.accountId, scope.projectId, sessionId, JSON.stringify(cleaned(waiver))];
  await withScope(pool, scope, (tx) => tx.queryAndCommit(RECORD, values), { lockSession: sessionId });
}
