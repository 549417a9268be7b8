import { RefusedError } from '../client.js';
import type { ProjectModel } from '../domain/project.js';
import { LOCAL_REMOTE_FIX, localRemoteFault, type LocalRemotes } from '../domain/remote.js';
import type { Scope } from '../domain/scope.js';
import type { AppliedModel, ApplyOptions, ProjectStore } from '../ports/project-store.js';
import { parseProjectContent } from '../schemas/project-content.js';
import type { ProjectFileContent } from '../schemas/project-file-schema.js';

export type { AppliedModel };

/** The model of the scope's project. */
export interface Projects {
  read(scope: Scope): Promise<ProjectModel>;
  /** Writes what `specwright.yaml` would say, or nothing of it; repeating it changes nothing. */
  apply(
    scope: Scope,
    content: ProjectFileContent,
    options?: Pick<ApplyOptions, 'dryRun' | 'prune'>,
  ): Promise<AppliedModel>;
}

/** More would only say the same again. */
const MAX_FAULTS = 20;

export function createProjects(store: ProjectStore, localRemotes: LocalRemotes): Projects {
  return {
    async read(scope) {
      const model = await store.readModel(scope);
      if (model) return model;
      throw new RefusedError({ code: 'not_found', message: 'no such project', fix: 'use a key of a project' });
    },
    async apply(scope, content, options) {
      const parsed = parseProjectContent(content);
      if (!parsed.ok) {
        const [first, ...more] = parsed.faults;
        throw new RefusedError({
          code: 'invalid_input',
          field: first.field,
          message: `${first.field} ${first.message}`,
          fix: `expected ${first.expected}`,
          detail: { errors: [first, ...more].slice(0, MAX_FAULTS).map((fault) => ({ ...fault })) },
        });
      }
      refuseLocalRemote(parsed.model, localRemotes);
      const outcome = await store.applyModel(scope, parsed.model, options);
      if (outcome.ok) return outcome;
      const { code, message, fix } = outcome.refusal;
      throw new RefusedError({ code: code === 'project_not_found' ? 'not_found' : 'conflict', message, fix });
    },
  };
}

/** Early and by its name; the executor's own check is the one that holds. */
export function refuseLocalRemote({ project }: ProjectModel, localRemotes: LocalRemotes): void {
  const fault = localRemoteFault(project.remote, localRemotes);
  if (fault === null) return;
  const field = 'project.remote';
  throw new RefusedError({ code: 'invalid_input', field, message: `${field} ${fault}`, fix: LOCAL_REMOTE_FIX });
}
