import type { Scope } from '../../domain/scope.js';
import type { Standing } from '../../ports/session-reader.js';
import type { Pool } from '../pool.js';
import { type Statement, withScope } from '../with-scope.js';

const STANDING: Statement = {
  name: 'session_standing',
  text: `SELECT status, revision FROM sessions WHERE account_id = $1 AND project_id = $2 AND session_id = $3`,
};

export async function sessionStanding(pool: Pool, scope: Scope, sessionId: string): Promise<Standing | null> {
  const values = [scope.accountId, scope.projectId, sessionId];
  return (await withScope(pool, scope, (tx) => tx.queryAndCommit<Standing>(STANDING, values)))[0] ?? null;
}

const STANDINGS: Statement = {
  name: 'session_standings',
  text: `SELECT session_id AS "sessionId", status, revision FROM sessions
         WHERE account_id = $1 AND project_id = $2 AND session_id = ANY ($3)`,
};

export async function sessionStandings(
  pool: Pool,
  scope: Scope,
  sessionIds: readonly string[],
): Promise<ReadonlyMap<string, Standing>> {
  const values = [scope.accountId, scope.projectId, sessionIds];
  type Row = Standing & { readonly sessionId: string };
  const rows = await withScope(pool, scope, (tx) => tx.queryAndCommit<Row>(STANDINGS, values));
  return new Map(rows.map(({ sessionId, ...standing }) => [sessionId, standing]));
}
