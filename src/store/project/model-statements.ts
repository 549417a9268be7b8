import type { Statement } from '../with-scope.js';

// $1 account, $2 project, $3 the declared parts as a JSON array. Equal rows are not written again.

const CONTEXTS: Statement = {
  text: `
INSERT INTO contexts AS t (account_id, project_id, name, description)
SELECT $1, $2, m.name, m.description FROM jsonb_to_recordset($3) AS m (name text, description text)
ON CONFLICT (account_id, project_id, name) DO UPDATE SET description = excluded.description
WHERE t.description <> excluded.description`,
};

const COMPONENTS: Statement = {
  text: `
INSERT INTO components AS t (account_id, project_id, name, context, type, description, priority)
SELECT $1, $2, m.name, m.context, m.type, m.description, m.priority
FROM jsonb_to_recordset($3) AS m (name text, context text, type text, description text, priority integer)
ON CONFLICT (account_id, project_id, name) DO UPDATE
SET context = excluded.context, type = excluded.type, description = excluded.description, priority = excluded.priority
WHERE (t.context, t.type, t.description, t.priority)
  IS DISTINCT FROM (excluded.context, excluded.type, excluded.description, excluded.priority)`,
};

/** Of declared parts only: what a session added keeps its own. */
const dependencies = (table: string, column: string): Statement => ({
  text: `
WITH declared AS (
  SELECT DISTINCT m.name AS part, d AS depends_on
  FROM jsonb_to_recordset($3) AS m (name text, "dependsOn" jsonb), jsonb_array_elements_text(m."dependsOn") AS d
), gone AS (
  DELETE FROM ${table} t
  WHERE t.account_id = $1 AND t.project_id = $2
    AND t.${column} IN (SELECT m.name FROM jsonb_to_recordset($3) AS m (name text))
    AND NOT EXISTS (SELECT FROM declared d WHERE d.part = t.${column} AND d.depends_on = t.depends_on)
)
INSERT INTO ${table} (account_id, project_id, ${column}, depends_on)
SELECT $1, $2, part, depends_on FROM declared ON CONFLICT DO NOTHING`,
});

const STORIES: Statement = {
  text: `
INSERT INTO stories AS t (account_id, project_id, context, title, body, acceptance_criteria)
SELECT $1, $2, m.context, m.title, m.text, m."acceptanceCriteria"
FROM jsonb_to_recordset($3) AS m (context text, title text, text text, "acceptanceCriteria" jsonb)
ON CONFLICT (account_id, project_id, context, title) DO UPDATE
SET body = excluded.body, acceptance_criteria = excluded.acceptance_criteria
WHERE (t.body, t.acceptance_criteria) IS DISTINCT FROM (excluded.body, excluded.acceptance_criteria)`,
};

const RULES: Statement = {
  text: `
INSERT INTO rules AS t (account_id, project_id, name, component_type, session_type, body)
SELECT $1, $2, m.name, m."componentType", m."sessionType", m.text
FROM jsonb_to_recordset($3) AS m (name text, "componentType" text, "sessionType" text, text text)
ON CONFLICT (account_id, project_id, name) DO UPDATE
SET component_type = excluded.component_type, session_type = excluded.session_type, body = excluded.body
WHERE (t.component_type, t.session_type, t.body)
  IS DISTINCT FROM (excluded.component_type, excluded.session_type, excluded.body)`,
};

const UNDECLARED = 'NOT IN (SELECT m.name FROM jsonb_to_recordset($3) AS m (name text))';
const remove = (table: string, ...columns: readonly string[]): Statement => ({
  text: `DELETE FROM ${table} WHERE account_id = $1 AND project_id = $2
         AND (${columns.map((column) => `${column} ${UNDECLARED}`).join(' OR ')})`,
});
const PRUNE_STORIES: Statement = {
  text: `
DELETE FROM stories t WHERE account_id = $1 AND project_id = $2
  AND NOT EXISTS (SELECT FROM jsonb_to_recordset($3) AS m (context text, title text)
                  WHERE m.context = t.context AND m.title = t.title)`,
};

type Part = 'contexts' | 'components' | 'stories' | 'rules';

/** In the order that references allow. */
export const WRITE: readonly (readonly [Part, Statement])[] = [
  ['contexts', CONTEXTS],
  ['contexts', dependencies('context_dependencies', 'context')],
  ['components', COMPONENTS],
  ['components', dependencies('component_dependencies', 'component')],
  ['stories', STORIES],
  ['rules', RULES],
];

export const PRUNE: readonly (readonly [Part, Statement])[] = [
  ['stories', PRUNE_STORIES],
  ['rules', remove('rules', 'name')],
  ['components', remove('component_dependencies', 'component', 'depends_on')],
  ['components', remove('components', 'name')],
  ['contexts', remove('context_dependencies', 'context', 'depends_on')],
  ['contexts', remove('contexts', 'name')],
];
