import { RefusedError } from '../client.js';
import { lineFault } from '../domain/json.js';
import { isUuid } from '../domain/names.js';
import type { Scope } from '../domain/scope.js';
import type { ProjectStore } from '../ports/project-store.js';
import type { Access, CreatedKey } from './access.js';
import { notFound } from './not-found.js';

/** A project with its first admin, in a new account or in one that is there. */
export interface NewProject {
  readonly account: { readonly name: string } | { readonly id: string };
  readonly project: string;
  readonly user: string;
}

export interface MadeProject {
  readonly scope: Scope;
  /** The admin's; shown this once. */
  readonly key: CreatedKey;
}

interface Deps {
  readonly projects: Pick<ProjectStore, 'ensureScope' | 'hasAccount'>;
  readonly access: Pick<Access, 'createKey'>;
  readonly newId: () => string;
}

const MAX_NAME = 200;

/** For whoever runs the stack: no key reaches beyond its own project. */
export async function makeProject({ projects, access, newId }: Deps, request: NewProject): Promise<MadeProject> {
  const { account, project, user } = request;
  checkName('project', project);
  checkName('user', user);
  if ('name' in account) checkName('account', account.name);
  else if (!isUuid(account.id) || !(await projects.hasAccount(account.id))) throw notFound('account');
  const accountId = 'id' in account ? account.id : newId();
  const scope: Scope = { accountId, projectId: newId(), userId: newId() };
  // The name of an account that is there stays.
  await projects.ensureScope(scope, { account: 'name' in account ? account.name : '', project, user });
  const key = await access.createKey({ scope, role: 'admin', keyId: scope.userId }, { name: 'first', role: 'admin' });
  return { scope, key };
}

function checkName(field: string, name: string): void {
  const fault = name.length < 1 || name.length > MAX_NAME ? `has to have 1 to ${MAX_NAME} characters` : lineFault(name);
  if (fault === null) return;
  throw new RefusedError({ code: 'invalid_input', message: `${field} ${fault}`, fix: `give another ${field}`, field });
}
