import type { Misfit } from '../../domain/guard.js';
import type { Scope } from '../../domain/scope.js';
import type { Pool } from '../pool.js';
import { misfitOf, scopeFault, subjectFault } from '../progress/start-rules.js';
import { type Statement, withScope } from '../with-scope.js';

const MODEL: Statement = {
  name: 'start_fault',
  text: `
SELECT
  EXISTS (SELECT FROM projects WHERE account_id = $1 AND project_id = $2) AS project,
  EXISTS (SELECT FROM memberships WHERE account_id = $1 AND project_id = $2 AND user_id = $3) AS member,
  ARRAY (SELECT name FROM contexts WHERE account_id = $1 AND project_id = $2 ORDER BY name COLLATE "C") AS contexts,
  ARRAY (SELECT name FROM components WHERE account_id = $1 AND project_id = $2 AND context = $4
         ORDER BY name COLLATE "C") AS components`,
};

interface ModelRow {
  readonly project: boolean;
  readonly member: boolean;
  readonly contexts: readonly string[];
  /** Of the context asked about. */
  readonly components: readonly string[];
}

/** See {@link SessionReader.startFault}: the rules by which the first activity would refuse the start. */
export async function startFault(
  pool: Pool,
  scope: Scope,
  { context, component }: { readonly context: string; readonly component?: string },
): Promise<Misfit | null> {
  const values = [scope.accountId, scope.projectId, scope.userId, context];
  const [row] = await withScope(pool, scope, (tx) => tx.queryAndCommit<ModelRow>(MODEL, values));
  const { contexts, components, ...has } = row!;
  const inContext = contexts.includes(context) ? components : null;
  const fault = scopeFault(has) ?? subjectFault({ context, component: component ?? null }, inContext, contexts);
  return fault && misfitOf(fault);
}
