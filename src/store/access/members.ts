import type { Scope } from '../../domain/scope.js';
import type { Member } from '../../ports/access-store.js';
import type { Pool } from '../pool.js';
import { type Statement, withScope } from '../with-scope.js';

const LIST: Statement = {
  name: 'list_members',
  text: `
SELECT m.user_id AS "userId", coalesce(m.name, u.name) AS name, m.role FROM memberships m
JOIN users u ON u.account_id = $1 AND u.user_id = m.user_id
WHERE m.account_id = $1 AND m.project_id = $2 ORDER BY 2, m.user_id`,
};

// A user may be in other projects of the account, whose name for him is not this one's to change.
const PUT: Statement = {
  name: 'put_member',
  text: `
WITH person AS (
  INSERT INTO users (account_id, user_id, name) VALUES ($1, $3, $4)
  ON CONFLICT DO NOTHING
)
INSERT INTO memberships (account_id, project_id, user_id, name, role) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (account_id, project_id, user_id) DO UPDATE SET name = excluded.name, role = excluded.role`,
};

const END_KEYS: Statement = {
  name: 'end_keys_of_member',
  text: `
WITH k AS (
  UPDATE api_keys SET revoked_at = coalesce(revoked_at, now())
  WHERE account_id = $1 AND project_id = $2 AND user_id = $3
  RETURNING key_id
)
DELETE FROM api_key_index WHERE account_id = $1 AND project_id = $2 AND key_id IN (SELECT key_id FROM k)`,
};
const FORGET_KEYS: Statement = {
  name: 'forget_keys_of_member',
  text: `DELETE FROM api_keys WHERE account_id = $1 AND project_id = $2 AND user_id = $3`,
};
const REMOVE: Statement = {
  name: 'remove_member',
  text: `DELETE FROM memberships WHERE account_id = $1 AND project_id = $2 AND user_id = $3 RETURNING user_id`,
};

export async function listMembers(pool: Pool, scope: Scope): Promise<readonly Member[]> {
  const values = [scope.accountId, scope.projectId];
  return withScope(pool, scope, (tx) => tx.queryAndCommit<Member>(LIST, values));
}

export async function putMember(pool: Pool, scope: Scope, { userId, name, role }: Member): Promise<void> {
  const values = [scope.accountId, scope.projectId, userId, name, role];
  await withScope(pool, scope, (tx) => tx.queryAndCommit(PUT, values));
}

export async function removeMember(pool: Pool, scope: Scope, userId: string): Promise<boolean> {
  const values = [scope.accountId, scope.projectId, userId];
  return withScope(pool, scope, async (tx) => {
    await tx.query(END_KEYS, values);
    await tx.query(FORGET_KEYS, values);
    return (await tx.queryAndCommit(REMOVE, values)).length > 0;
  });
}
