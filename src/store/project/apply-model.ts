import { findCycle } from '../../domain/component-graph.js';
import { jsonFault } from '../../domain/json.js';
import { diffModels, undeclaredParts } from '../../domain/model-diff.js';
import type { Project, ProjectModel } from '../../domain/project.js';
import type { Scope } from '../../domain/scope.js';
import type { ApplyOptions, ApplyOutcome, RefusedModel } from '../../ports/project-store.js';
import type { Pool } from '../pool.js';
import { type Statement, type Tx, withScope } from '../with-scope.js';
import { ensureScopeIn } from './ensure-scope.js';
import { PRUNE, WRITE } from './model-statements.js';
import { readModel } from './read-model.js';

const LOCK: Statement = { text: 'SELECT FROM projects WHERE account_id = $1 AND project_id = $2 FOR UPDATE' };

const PROJECT: Statement = {
  text: `
UPDATE projects SET name = $3, description = $4, toolchain = $5, remote = $6, default_branch = $7,
  custom_toolchain = $8, forge = $9, bounds = $10
WHERE account_id = $1 AND project_id = $2
  AND (name, description, toolchain, remote, default_branch, custom_toolchain, forge, bounds)
    IS DISTINCT FROM ($3, $4, $5, $6, $7, $8::jsonb, $9::jsonb, $10::jsonb)`,
};

/** See {@link ProjectStore.applyModel}. The model was checked before; a value Postgres cannot hold is an error here. */
export async function applyModel(
  pool: Pool,
  scope: Scope,
  model: ProjectModel,
  options: ApplyOptions = {},
): Promise<ApplyOutcome> {
  const fault = jsonFault(model, 'model');
  if (fault) throw new RangeError(`${fault.path} ${fault.reason}`);
  return withScope(pool, scope, async (tx) => {
    await tx.query({ text: 'SAVEPOINT untouched' }, []);
    const outcome = await write(tx, scope, model, options);
    if (!outcome.ok || options.dryRun) await tx.query({ text: 'ROLLBACK TO SAVEPOINT untouched' }, []);
    return outcome;
  });
}

async function write(tx: Tx, scope: Scope, model: ProjectModel, options: ApplyOptions): Promise<ApplyOutcome> {
  const { prune = false, dryRun = false, ensure } = options;
  const key = [scope.accountId, scope.projectId];
  if (ensure) await ensureScopeIn(tx, scope, ensure);
  // Two writers of one project take turns, so that what differs between the two looks is this one's doing.
  await tx.query(LOCK, key);
  const before = await readModel(tx, scope);
  if (before === null) return refuse('project_not_found', 'there is no such project', 'use the scope of a project');
  await tx.query(PROJECT, [...key, ...projectValues(model.project)]);
  for (const [part, statement] of [...WRITE, ...(prune ? PRUNE : [])]) {
    await tx.query(statement, [...key, JSON.stringify(model[part])]);
  }
  const after = (await readModel(tx, scope))!;
  const undeclared = undeclaredParts(after, model);
  const cyclic = cycleRefusal(after, undeclared);
  return cyclic ?? { ok: true, dryRun, ...diffModels(before, after), undeclared };
}

function projectValues(project: Project): readonly unknown[] {
  const { name, description, toolchain, remote, defaultBranch, forge, bounds } = project;
  const [kind, custom] = typeof toolchain === 'string' ? [toolchain, null] : ['custom', JSON.stringify(toolchain)];
  const json = [custom, forge === null ? null : JSON.stringify(forge), JSON.stringify(bounds)];
  return [name, description, kind, remote, defaultBranch, ...json];
}

/** The declared parts have none; with what is only stored there may be one. */
function cycleRefusal(stored: ProjectModel, undeclared: readonly string[]): RefusedModel | null {
  const contexts = findCycle(stored.contexts.map((context) => ({ ...context, priority: 0 })));
  const cycle = contexts ?? findCycle(stored.components);
  if (cycle === null) return null;
  const kind = contexts === null ? 'component' : 'context';
  const strangers = [...new Set(cycle)].filter((name) => undeclared.includes(`${kind} ${name}`));
  const message = `${kind}s would depend on each other: ${cycle.join(' → ')}`;
  const fix =
    strangers.length === 0
      ? 'take one of these dependencies away'
      : `declare ${strangers.join(', ')} in the file without the cycle, or apply with --prune, which removes what is not in it`;
  return refuse('dependency_cycle', message, fix);
}

function refuse(code: RefusedModel['refusal']['code'], message: string, fix: string): RefusedModel {
  return { ok: false, refusal: { code, message, fix } };
}
