import type { Scope } from '../../domain/scope.js';
import type { Pool } from '../pool.js';
import { type Statement, withScope } from '../with-scope.js';

const CLAIM: Statement = {
  name: 'claim_idempotency_key',
  text: `
WITH first AS (
  INSERT INTO idempotency_keys (account_id, project_id, key, request_digest, session_id) VALUES ($1, $2, $3, $4, $5)
  ON CONFLICT DO NOTHING RETURNING request_digest, session_id
)
SELECT request_digest AS digest, session_id AS "sessionId" FROM first
UNION ALL
SELECT request_digest, session_id FROM idempotency_keys WHERE account_id = $1 AND project_id = $2 AND key = $3`,
};

/** See {@link IntakeStore.claimKey}. Two that race: the second sees the first's row at the latest when it looks again. */
export async function claimKey(
  pool: Pool,
  scope: Scope,
  key: string,
  requestDigest: string,
  sessionId: string,
): Promise<string | null> {
  const values = [scope.accountId, scope.projectId, key, requestDigest, sessionId];
  const claim = () =>
    withScope(pool, scope, (tx) => tx.queryAndCommit<{ digest: string; sessionId: string }>(CLAIM, values));
  const row = (await claim())[0] ?? (await claim())[0];
  if (row === undefined) throw new Error('the idempotency key was being claimed elsewhere and is not there yet');
  return row.digest === requestDigest ? row.sessionId : null;
}

const HAS: Statement = {
  name: 'has_idempotency_key',
  text: `SELECT EXISTS (SELECT FROM idempotency_keys WHERE account_id = $1 AND project_id = $2 AND key = $3) AS has`,
};

/** See {@link IntakeStore.hasKey}. */
export async function hasKey(pool: Pool, scope: Scope, key: string): Promise<boolean> {
  const values = [scope.accountId, scope.projectId, key];
  return (await withScope(pool, scope, (tx) => tx.queryAndCommit<{ has: boolean }>(HAS, values)))[0]!.has;
}
