import { randomBytes } from 'node:crypto';
import type { Scope } from '../../domain/scope.js';
import type { KeySummary, NewKey } from '../../ports/access-store.js';
import type { Pool } from '../pool.js';
import { iso } from '../queries/session-row.js';
import { type Statement, withScope } from '../with-scope.js';

const COLUMNS = `k.key_id AS "keyId", k.user_id AS "userId", k.name, k.role, k.prefix, ${iso('k.created_at')} AS "createdAt",
  ${iso('k.expires_at')} AS "expiresAt", ${iso('k.revoked_at')} AS "revokedAt"`;

const CREATE: Statement = {
  name: 'create_key',
  text: `
WITH k AS (
  INSERT INTO api_keys (account_id, project_id, key_id, user_id, name, role, prefix, expires_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
)
INSERT INTO api_key_index (key_hash, account_id, project_id, key_id) VALUES ($9, $1, $2, $3)`,
};

const LIST: Statement = {
  name: 'list_keys',
  text: `SELECT ${COLUMNS} FROM api_keys k WHERE k.account_id = $1 AND k.project_id = $2 ORDER BY k.created_at, k.key_id`,
};

const ROTATE: Statement = {
  name: 'rotate_key',
  text: `
WITH k AS (
  UPDATE api_keys k SET prefix = $4
  WHERE k.account_id = $1 AND k.project_id = $2 AND k.key_id = $3 AND k.revoked_at IS NULL
    AND (k.expires_at IS NULL OR k.expires_at > now())
  RETURNING ${COLUMNS}
), i AS (
  UPDATE api_key_index SET key_hash = $5
  WHERE account_id = $1 AND project_id = $2 AND key_id = $3 AND EXISTS (SELECT FROM k)
)
SELECT * FROM k`,
};

const REVOKE: Statement = {
  name: 'revoke_key',
  text: `
WITH k AS (
  UPDATE api_keys SET revoked_at = coalesce(revoked_at, now())
  WHERE account_id = $1 AND project_id = $2 AND key_id = $3
  RETURNING key_id
), i AS (
  DELETE FROM api_key_index WHERE account_id = $1 AND project_id = $2 AND key_id IN (SELECT key_id FROM k)
)
SELECT key_id FROM k`,
};

/** 256 random bits; only their hash is stored. */
export const newKey = (): string => `sw_${randomBytes(32).toString('base64url')}`;

export async function createKey(pool: Pool, scope: Scope, key: NewKey): Promise<void> {
  const { keyId, name, role, prefix, expiresAt, hash } = key;
  const values = [scope.accountId, scope.projectId, keyId, scope.userId, name, role, prefix, expiresAt, hash];
  await withScope(pool, scope, (tx) => tx.queryAndCommit(CREATE, values));
}

export async function listKeys(pool: Pool, scope: Scope): Promise<readonly KeySummary[]> {
  const values = [scope.accountId, scope.projectId];
  return withScope(pool, scope, (tx) => tx.queryAndCommit<KeySummary>(LIST, values));
}

export async function rotateKey(
  pool: Pool,
  scope: Scope,
  keyId: string,
  { hash, prefix }: Pick<NewKey, 'hash' | 'prefix'>,
): Promise<KeySummary | null> {
  const values = [scope.accountId, scope.projectId, keyId, prefix, hash];
  return (await withScope(pool, scope, (tx) => tx.queryAndCommit<KeySummary>(ROTATE, values)))[0] ?? null;
}

export async function revokeKey(pool: Pool, scope: Scope, keyId: string): Promise<boolean> {
  const values = [scope.accountId, scope.projectId, keyId];
  return (await withScope(pool, scope, (tx) => tx.queryAndCommit(REVOKE, values))).length > 0;
}
