import { jsonFault } from '../../domain/json.js';
import { withScope } from '../with-scope.js';
const PROJECT = {
    text: `
UPDATE projects SET name = $3, description = $4, toolchain = $5, remote = $6, default_branch = $7
WHERE account_id = $1 AND project_id = $2
  AND (name, description, toolchain, remote, default_branch) IS DISTINCT FROM ($3, $4, $5, $6, $7)
RETURNING name, false AS created`,
};
// In each of these, xmax is 0 only for a row this statement inserted; equal rows are not returned at all.
const CONTEXTS = {
    text: `
INSERT INTO contexts AS t (account_id, project_id, name, description)
SELECT $1, $2, m.name, m.description FROM jsonb_to_recordset($3) AS m (name text, description text)
ON CONFLICT (account_id, project_id, name) DO UPDATE SET description = excluded.description
WHERE t.description <> excluded.description
RETURNING name, xmax = 0 AS created`,
};
const COMPONENTS = {
    text: `
INSERT INTO components AS t (account_id, project_id, name, context, type, description, priority)
SELECT $1, $2, m.name, m.context, m.type, m.description, m.priority
FROM jsonb_to_recordset($3) AS m (name text, context text, type text, description text, priority integer)
ON CONFLICT (account_id, project_id, name) DO UPDATE
SET context = excluded.context, type = excluded.type, description = excluded.description, priority = excluded.priority
WHERE (t.context, t.type, t.description, t.priority)
  IS DISTINCT FROM (excluded.context, excluded.type, excluded.description, excluded.priority)
RETURNING name, xmax = 0 AS created`,
};
const DEPENDENCIES = {
    text: `
WITH declared AS (
  SELECT DISTINCT m.name AS component, d AS depends_on
  FROM jsonb_to_recordset($3) AS m (name text, "dependsOn" jsonb), jsonb_array_elements_text(m."dependsOn") AS d
), gone AS (
  DELETE FROM component_dependencies t
  WHERE t.account_id = $1 AND t.project_id = $2
    AND t.component IN (SELECT m.name FROM jsonb_to_recordset($3) AS m (name text))
    AND NOT EXISTS (SELECT FROM declared d WHERE d.component = t.component AND d.depends_on = t.depends_on)
  RETURNING component
), new AS (
  INSERT INTO component_dependencies (account_id, project_id, component, depends_on)
  SELECT $1, $2, component, depends_on FROM declared ON CONFLICT DO NOTHING RETURNING component
)
SELECT component AS name, false AS created FROM gone UNION SELECT component, false FROM new`,
};
const STORIES = {
    text: `
INSERT INTO stories AS t (account_id, project_id, context, title, body, acceptance_criteria)
SELECT $1, $2, m.context, m.title, m.text, m."acceptanceCriteria"
FROM jsonb_to_recordset($3) AS m (context text, title text, text text, "acceptanceCriteria" jsonb)
ON CONFLICT (account_id, project_id, context, title) DO UPDATE
SET body = excluded.body, acceptance_criteria = excluded.acceptance_criteria
WHERE (t.body, t.acceptance_criteria) IS DISTINCT FROM (excluded.body, excluded.acceptance_criteria)
RETURNING context || '/' || title AS name, xmax = 0 AS created`,
};
const RULES = {
    text: `
INSERT INTO rules AS t (account_id, project_id, name, component_type, session_type, body)
SELECT $1, $2, m.name, m."componentType", m."sessionType", m.text
FROM jsonb_to_recordset($3) AS m (name text, "componentType" text, "sessionType" text, text text)
ON CONFLICT (account_id, project_id, name) DO UPDATE
SET component_type = excluded.component_type, session_type = excluded.session_type, body = excluded.body
WHERE (t.component_type, t.session_type, t.body)
  IS DISTINCT FROM (excluded.component_type, excluded.session_type, excluded.body)
RETURNING name, xmax = 0 AS created`,
};
/** See {@link ProjectStore.applyModel}. The model was checked before; a value Postgres cannot hold is an error here. */
export async function applyModel(pool, scope, model) {
    const fault = jsonFault(model, 'model');
    if (fault)
        throw new RangeError(`${fault.path} ${fault.reason}`);
    return withScope(pool, scope, async (tx) => {
        const { project, contexts, components, stories, rules } = model;
        const { name, description, toolchain, remote, defaultBranch } = project;
        const key = [scope.accountId, scope.projectId];
        // Two writers of one project take turns.
        await tx.query({ text: 'SELECT FROM projects WHERE account_id = $1 AND project_id = $2 FOR UPDATE' }, key);
        const ofProject = await tx.query(PROJECT, [...key, name, description, toolchain, remote, defaultBranch]);
        const ofContexts = await apply(tx, scope, CONTEXTS, contexts);
        const ofComponents = await apply(tx, scope, COMPONENTS, components);
        const ofDependencies = await apply(tx, scope, DEPENDENCIES, components);
        const groups = [
            ['project', ofProject],
            ['context', ofContexts],
            ['component', [...ofComponents, ...ofDependencies]],
            ['story', await apply(tx, scope, STORIES, stories)],
            ['rule', await apply(tx, scope, RULES, rules)],
        ];
        const total = 1 + contexts.length + components.length + stories.length + rules.length;
        return summary(groups, total);
    });
}
function apply(tx, scope, statement, items) {
    return tx.query(statement, [scope.accountId, scope.projectId, JSON.stringify(items)]);
}
/** Names as `component Invoice`, each once: what was created is not also said to be changed. */
function summary(groups, total) {
    const created = new Set();
    const changed = new Set();
    for (const [kind, rows] of groups) {
        for (const row of rows)
            if (row.created)
                created.add(`${kind} ${row.name}`);
        for (const row of rows)
            if (!created.has(`${kind} ${row.name}`))
                changed.add(`${kind} ${row.name}`);
    }
    return { created: [...created].sort(), changed: [...changed].sort(), unchanged: total - created.size - changed.size };
}
