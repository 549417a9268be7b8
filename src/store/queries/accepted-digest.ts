import type { Scope } from '../../domain/scope.js';
import type { Pool } from '../pool.js';
import { type Statement, withScope } from '../with-scope.js';

const DIGEST: Statement = {
  name: 'accepted_digest',
  text: `
SELECT digest FROM interactions
WHERE account_id = $1 AND project_id = $2 AND session_id = $3 AND command_id = $4 AND digest IS NOT NULL`,
};

export async function acceptedDigest(
  pool: Pool,
  scope: Scope,
  sessionId: string,
  commandId: string,
): Promise<string | null> {
  const values = [scope.accountId, scope.projectId, sessionId, commandId];
  const rows = await withScope(pool, scope, (tx) => tx.queryAndCommit<{ digest: string }>(DIGEST, values));
  return rows[0]?.digest ?? null;
}
