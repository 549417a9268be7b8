import { ROLES, type Role } from '../../domain/access.js';
import { byProject } from '../../domain/by-project.js';
import type { Caller } from '../../ports/access-store.js';
import type { Pool } from '../pool.js';
import { nobody, type Statement, withScope } from '../with-scope.js';
import { placesOf } from './key-place.js';

const CALLERS: Statement = {
  name: 'callers_of_keys',
  text: `
SELECT k.key_id AS "keyId", k.user_id AS "userId", k.role, m.role AS "memberRole" FROM api_keys k
JOIN memberships m ON m.account_id = $1 AND m.project_id = $2 AND m.user_id = k.user_id
WHERE k.account_id = $1 AND k.project_id = $2 AND k.key_id = ANY ($3) AND k.revoked_at IS NULL
  AND (k.expires_at IS NULL OR k.expires_at > now())`,
};

interface Row {
  readonly keyId: string;
  readonly userId: string;
  readonly role: Role;
  readonly memberRole: Role;
}

/** See {@link AccessStore.callersOf}. The index tells whose keys they are; everything else is read inside those scopes. */
export async function callersOf(pool: Pool, hashes: readonly string[]): Promise<ReadonlyMap<string, Caller>> {
  const callers = new Map<string, Caller>();
  for (const places of byProject(await placesOf(pool, hashes), (place) => place)) {
    const [{ accountId, projectId }] = places;
    const hashOf = new Map(places.map(({ keyId, hash }) => [keyId, hash]));
    const rows = await withScope(pool, nobody(accountId, projectId), (tx) =>
      tx.queryAndCommit<Row>(CALLERS, [accountId, projectId, [...hashOf.keys()]]),
    );
    for (const { keyId, userId, role: given, memberRole } of rows) {
      const role = ROLES[Math.min(ROLES.indexOf(given), ROLES.indexOf(memberRole))]!;
      callers.set(hashOf.get(keyId)!, { scope: { accountId, projectId, userId }, role, keyId });
    }
  }
  return callers;
}
