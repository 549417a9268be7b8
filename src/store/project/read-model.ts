import type { Project, ProjectModel } from '../../domain/project.js';
import type { Scope } from '../../domain/scope.js';
import type { Statement, Tx } from '../with-scope.js';

const READ: Statement = {
  text: `
SELECT
  (SELECT json_build_object('name', name, 'description', description,
     'toolchain', coalesce(custom_toolchain, to_jsonb(toolchain)), 'remote', remote, 'defaultBranch', default_branch,
     'forge', forge, 'bounds', bounds)
   FROM projects WHERE account_id = $1 AND project_id = $2) AS project,
  (SELECT coalesce(json_agg(json_build_object('name', name, 'description', description,
     'dependsOn', (SELECT coalesce(json_agg(d.depends_on ORDER BY d.depends_on COLLATE "C"), '[]')
                   FROM context_dependencies d
                   WHERE d.account_id = $1 AND d.project_id = $2 AND d.context = c.name)) ORDER BY name COLLATE "C"), '[]')
   FROM contexts c WHERE account_id = $1 AND project_id = $2) AS contexts,
  (SELECT coalesce(json_agg(json_build_object('name', name, 'context', context, 'type', type,
     'description', description, 'priority', priority,
     'dependsOn', (SELECT coalesce(json_agg(d.depends_on ORDER BY d.depends_on COLLATE "C"), '[]')
                   FROM component_dependencies d
                   WHERE d.account_id = $1 AND d.project_id = $2 AND d.component = c.name)) ORDER BY name COLLATE "C"), '[]')
   FROM components c WHERE account_id = $1 AND project_id = $2) AS components,
  (SELECT coalesce(json_agg(json_build_object('context', context, 'title', title, 'text', body,
     'acceptanceCriteria', acceptance_criteria) ORDER BY context COLLATE "C", title COLLATE "C"), '[]')
   FROM stories WHERE account_id = $1 AND project_id = $2) AS stories,
  (SELECT coalesce(json_agg(json_build_object('name', name, 'componentType', component_type,
     'sessionType', session_type, 'text', body) ORDER BY name COLLATE "C"), '[]')
   FROM rules WHERE account_id = $1 AND project_id = $2) AS rules`,
};

type Row = Omit<ProjectModel, 'project'> & { readonly project: Project | null };

/** The whole model as it is stored, or null when there is no such project. */
export async function readModel(tx: Tx, scope: Scope): Promise<ProjectModel | null> {
  const [row] = await tx.query<Row>(READ, [scope.accountId, scope.projectId]);
  const project = row?.project ?? null;
  return row === undefined || project === null ? null : { ...row, project };
}
