import type { DesignedModel } from '../../domain/judging.js';
import type { Scope } from '../../domain/scope.js';
import type { Statement, Tx } from '../with-scope.js';

// What the design leaves open (null) stays as it is. Two designs of one project take turns by the lock on its row.
const ADD: Statement = {
  name: 'add_designed',
  text: `
WITH project AS MATERIALIZED (
  SELECT FROM projects WHERE account_id = $1 AND project_id = $2 FOR UPDATE
), listed AS (
  SELECT m.* FROM jsonb_to_recordset($5) AS m (name text, type text, description text, priority integer, "dependsOn" jsonb)
  WHERE EXISTS (SELECT FROM project)
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

/** Adds what the design of a context names to the model, inside the transaction that accepts the design. */
export async function addDesigned(tx: Tx, scope: Scope, designed: DesignedModel): Promise<void> {
  const key = [scope.accountId, scope.projectId];
  const components = JSON.stringify(designed.components);
  await tx.query(ADD, [...key, designed.context, designed.dependsOn, components]);
  await tx.query(DEPEND, [...key, components]);
}
