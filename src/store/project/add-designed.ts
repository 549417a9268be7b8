import type { DesignedModel } from '../../domain/judging.js';
import { modelFault } from '../../domain/model-fault.js';
import type { Scope } from '../../domain/scope.js';
import type { Statement, Tx } from '../with-scope.js';
import { readModel } from './read-model.js';

// What the design leaves open (null) stays as it is; a component of another context is left alone.
const ADD: Statement = {
  name: 'add_designed',
  text: `
WITH listed AS (
  SELECT m.* FROM jsonb_to_recordset($5) AS m (name text, type text, description text, priority integer, "dependsOn" jsonb)
), added AS (
  INSERT INTO components AS t (account_id, project_id, name, context, type, description, priority)
  SELECT $1, $2, name, $3, type, description, coalesce(priority, 0) FROM listed
  ON CONFLICT (account_id, project_id, name) DO UPDATE
  SET type = excluded.type, description = excluded.description,
    priority = coalesce((SELECT l.priority FROM listed l WHERE l.name = t.name), t.priority)
  WHERE t.context = $3
), needed AS (
  SELECT context, depends_on FROM (SELECT $3 AS context, unnest($4::text[]) AS depends_on) n
), unneeded AS (
  DELETE FROM context_dependencies d
  WHERE d.account_id = $1 AND d.project_id = $2 AND d.context = $3 AND d.depends_on <> ALL ($4::text[])
)
INSERT INTO context_dependencies (account_id, project_id, context, depends_on)
SELECT $1, $2, context, depends_on FROM needed ON CONFLICT DO NOTHING`,
};

// Apart from the first: a dependency may be on a component that the same design adds.
const DEPEND: Statement = {
  name: 'add_designed_dependencies',
  text: `
WITH listed AS (
  SELECT m.name, m."dependsOn" AS depends_on FROM jsonb_to_recordset($3) AS m (name text, "dependsOn" jsonb)
  WHERE jsonb_typeof(m."dependsOn") = 'array'
    AND EXISTS (SELECT FROM components c
                WHERE c.account_id = $1 AND c.project_id = $2 AND c.name = m.name AND c.context = $4)
), declared AS (
  SELECT l.name AS component, d AS depends_on FROM listed l, jsonb_array_elements_text(l.depends_on) AS d
), gone AS (
  DELETE FROM component_dependencies t
  WHERE t.account_id = $1 AND t.project_id = $2 AND t.component IN (SELECT name FROM listed)
    AND NOT EXISTS (SELECT FROM declared d WHERE d.component = t.component AND d.depends_on = t.depends_on)
)
INSERT INTO component_dependencies (account_id, project_id, component, depends_on)
SELECT $1, $2, component, depends_on FROM declared ON CONFLICT DO NOTHING`,
};

const LOCK: Statement = { text: 'SELECT FROM projects WHERE account_id = $1 AND project_id = $2 FOR UPDATE' };

/** The model cannot be as the design would make it; the transaction is taken back. */
export class DesignRefused extends Error {}

/** Writers of one project's model take turns: designs, and `project apply`. */
export async function lockModel(tx: Tx, { accountId, projectId }: Scope): Promise<void> {
  await tx.query(LOCK, [accountId, projectId]);
}

/** Adds what the design of a context names to the model, inside the transaction that accepts the design. INV-24. */
export async function addDesigned(tx: Tx, scope: Scope, designed: DesignedModel): Promise<void> {
  const key = [scope.accountId, scope.projectId];
  const components = JSON.stringify(designed.components);
  await tx.query(ADD, [...key, designed.context, designed.dependsOn, components]);
  await tx.query(DEPEND, [...key, components, designed.context]);
  const model = await readModel(tx, scope);
  const fault = model && modelFault(model);
  if (fault) throw new DesignRefused(fault);
}
