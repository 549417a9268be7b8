import { ROLES, type Role } from '../../domain/access.js';
import type { Caller } from '../../ports/access-store.js';
import type { Pool } from '../pool.js';
import { type Statement, withScope } from '../with-scope.js';
import { nobody, placeOf } from './key-place.js';

const CALLER: Statement = {
  name: 'caller_of_key',
  text: `
SELECT k.user_id AS "userId", k.role, m.role AS "memberRole" FROM api_keys k
JOIN memberships m ON m.account_id = $1 AND m.project_id = $2 AND m.user_id = k.user_id
WHERE k.account_id = $1 AND k.project_id = $2 AND k.key_id = $3 AND k.revoked_at IS NULL
  AND (k.expires_at IS NULL OR k.expires_at > now())`,
};

interface Row {
  readonly userId: string;
  readonly role: Role;
  readonly memberRole: Role;
}

/** See {@link AccessStore.callerOf}. The index tells whose key it is; everything else is read inside that scope. */
export async function callerOf(pool: Pool, hash: string): Promise<Caller | null> {
  const place = await placeOf(pool, hash);
  if (place === null) return null;
  const { accountId, projectId, keyId } = place;
  const rows = await withScope(pool, nobody(accountId, projectId), (tx) =>
    tx.queryAndCommit<Row>(CALLER, [accountId, projectId, keyId]),
  );
  const row = rows[0];
  if (row === undefined) return null;
  const role = ROLES[Math.min(ROLES.indexOf(row.role), ROLES.indexOf(row.memberRole))]!;
  return { scope: { accountId, projectId, userId: row.userId }, role, keyId };
}
