import type { Rejected } from '../../domain/inbox.js';
import { jsonFault } from '../../domain/json.js';
import type { Scope } from '../../domain/scope.js';
import type { RejectedResult } from '../../ports/intake-store.js';
import type { Pool } from '../pool.js';
import { iso } from '../queries/session-row.js';
import { isAddressable, type Statement, withScope } from '../with-scope.js';

const KEEP: Readonly<Record<RejectedResult['why'], Statement>> = {
  conflict: {
    name: 'keep_conflict',
    text: `
INSERT INTO result_conflicts (account_id, project_id, session_id, command_id, digest, result, accepted_digest)
SELECT $1, $2, $3, $4, $5, $6, $7 WHERE EXISTS (
  SELECT FROM sessions WHERE account_id = $1 AND project_id = $2 AND session_id = $3)
ON CONFLICT DO NOTHING`,
  },
  late: {
    name: 'keep_late',
    text: `
INSERT INTO late_results (account_id, project_id, session_id, command_id, digest, result)
SELECT $1, $2, $3, $4, $5, $6 WHERE EXISTS (
  SELECT FROM sessions WHERE account_id = $1 AND project_id = $2 AND session_id = $3)
ON CONFLICT DO NOTHING`,
  },
};

const LIST: Statement = {
  name: 'list_rejected',
  text: `
SELECT command_id AS "commandId", 'conflict' AS why, digest, accepted_digest AS "acceptedDigest", result,
  ${iso('received_at')} AS "receivedAt"
FROM result_conflicts WHERE account_id = $1 AND project_id = $2 AND session_id = $3
UNION ALL
SELECT command_id, 'late', digest, NULL, result, ${iso('received_at')}
FROM late_results WHERE account_id = $1 AND project_id = $2 AND session_id = $3
ORDER BY 6, 3`,
};

/** See {@link IntakeStore.keepRejected}. What Postgres cannot hold was refused for that and is not kept. */
export async function keepRejected(
  pool: Pool,
  scope: Scope,
  sessionId: string,
  { why, commandId, digest, acceptedDigest, result }: Rejected,
): Promise<void> {
  if (!isAddressable(scope, sessionId) || jsonFault(result) !== null || jsonFault(commandId) !== null) return;
  const values = [scope.accountId, scope.projectId, sessionId, commandId, digest, JSON.stringify(result)];
  const all = why === 'conflict' ? [...values, acceptedDigest ?? ''] : values;
  await withScope(pool, scope, (tx) => tx.queryAndCommit(KEEP[why], all));
}

export async function listRejected(pool: Pool, scope: Scope, sessionId: string): Promise<readonly RejectedResult[]> {
  if (!isAddressable(scope, sessionId)) return [];
  const values = [scope.accountId, scope.projectId, sessionId];
  return withScope(pool, scope, (tx) => tx.queryAndCommit<RejectedResult>(LIST, values));
}
