import type { Scope } from '../../domain/scope.js';
import type { ScopeNames } from '../../ports/project-store.js';
import type { Pool } from '../pool.js';
import { NIL, nobody, type Statement, type Tx, withScope } from '../with-scope.js';

const ENSURE: Statement = {
  text: `
WITH account AS (
  INSERT INTO accounts (account_id, name) VALUES ($1, $4) ON CONFLICT DO NOTHING
), project AS (
  INSERT INTO projects (account_id, project_id, name) VALUES ($1, $2, $5) ON CONFLICT DO NOTHING
), person AS (
  INSERT INTO users (account_id, user_id, name) VALUES ($1, $3, $6) ON CONFLICT DO NOTHING
)
INSERT INTO memberships (account_id, project_id, user_id, name, role) VALUES ($1, $2, $3, $6, 'admin')
ON CONFLICT DO NOTHING`,
};

const HAS_ACCOUNT: Statement = { text: 'SELECT FROM accounts WHERE account_id = $1' };

export async function hasAccount(pool: Pool, accountId: string): Promise<boolean> {
  const found = await withScope(pool, nobody(accountId, NIL), (tx) => tx.queryAndCommit(HAS_ACCOUNT, [accountId]));
  return found.length > 0;
}

export async function ensureScope(pool: Pool, scope: Scope, names: ScopeNames): Promise<void> {
  await withScope(pool, scope, (tx) => ensureScopeIn(tx, scope, names));
}

export async function ensureScopeIn(tx: Tx, scope: Scope, names: ScopeNames): Promise<void> {
  const values = [scope.accountId, scope.projectId, scope.userId, names.account, names.project, names.user];
  await tx.query(ENSURE, values);
}
