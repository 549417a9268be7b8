import type { Dialect, ForgePullRequest, WantedPullRequest } from './dialect.js';
import { linkAt, numberAt, shaAt, textAt, valueAt } from './value-at.js';

/** GitLab REST, v4; see docs/forges.md. */
export const gitlab: Dialect = {
  type: 'gitlab',
  name: 'GitLab',
  tokenVariable: 'GITLAB_TOKEN',
  permission: 'scope `api` and at least the role Developer in the project',
  ownOrigin: 'https://gitlab.com',
  headers: (token) => ({ authorization: `Bearer ${token}`, accept: 'application/json' }),
  list: (wanted) => {
    const branches = { source_branch: wanted.branch, target_branch: wanted.baseBranch };
    const order = { order_by: 'created_at', sort: 'desc', per_page: '20' };
    return { method: 'GET', path: requests(wanted), query: { state: 'all', scope: 'all', ...branches, ...order } };
  },
  create: (wanted) => {
    const { branch, baseBranch, title, body } = wanted;
    const given = { source_branch: branch, target_branch: baseBranch, title, description: body };
    return { method: 'POST', path: requests(wanted), body: given };
  },
  update: (wanted, number) => {
    const { title, body } = wanted;
    return { method: 'PUT', path: `${requests(wanted)}/${number}`, body: { title, description: body } };
  },
  read: (wanted, number) => ({ method: 'GET', path: `${requests(wanted)}/${number}` }),
  parse,
};

function requests({ repository }: WantedPullRequest): string {
  return `/projects/${encodeURIComponent(repository)}/merge_requests`;
}

function parse(value: unknown, wanted: WantedPullRequest): ForgePullRequest | null {
  // `iid` counts in the project and is in its addresses; `id` counts over the whole forge.
  const number = numberAt(value, 'iid');
  const url = linkAt(value, 'web_url');
  const state = STATES.get(textAt(value, 'state') ?? '');
  if (number === null || url === null || state === undefined) return null;
  const branches = [textAt(value, 'source_branch'), textAt(value, 'target_branch')];
  if (branches[0] !== wanted.branch || branches[1] !== wanted.baseBranch) return null;
  // A fork may have a branch of the same name.
  const project = valueAt(value, 'target_project_id');
  if (project === undefined || valueAt(value, 'source_project_id') !== project) return null;
  const [title, body] = [textAt(value, 'title') ?? '', textAt(value, 'description') ?? ''];
  return { number, url, state, headSha: shaAt(value, 'sha'), title, body };
}

const STATES: ReadonlyMap<string, ForgePullRequest['state']> = new Map([
  ['opened', 'open'],
  // For the moment of its merging.
  ['locked', 'open'],
  ['closed', 'closed'],
  ['merged', 'merged'],
]);
