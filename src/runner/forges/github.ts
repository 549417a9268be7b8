import type { Dialect, ForgePullRequest, WantedPullRequest } from './dialect.js';
import { linkAt, numberAt, shaAt, textAt } from './value-at.js';

/** GitHub REST, version 2022-11-28; see docs/forges.md. */
export const github: Dialect = {
  type: 'github',
  name: 'GitHub',
  tokenVariable: 'GITHUB_TOKEN',
  permission: 'scope `repo`, or for a fine-grained token "Pull requests: read and write" on the repository',
  ownOrigin: 'https://api.github.com',
  headers: (token) => ({
    authorization: `Bearer ${token}`,
    accept: 'application/vnd.github+json',
    'x-github-api-version': '2022-11-28',
  }),
  list: (wanted) => {
    // Without its owner in front, GitHub ignores the head and lists everything.
    const head = `${wanted.repository.split('/')[0]}:${wanted.branch}`;
    const query = { state: 'all', head, base: wanted.baseBranch, sort: 'created', direction: 'desc', per_page: '20' };
    return { method: 'GET', path: pulls(wanted), query };
  },
  create: (wanted) => {
    const { branch, baseBranch, title, body } = wanted;
    return { method: 'POST', path: pulls(wanted), body: { head: branch, base: baseBranch, title, body } };
  },
  update: (wanted, number) => {
    const { title, body } = wanted;
    return { method: 'PATCH', path: `${pulls(wanted)}/${number}`, body: { title, body } };
  },
  read: (wanted, number) => ({ method: 'GET', path: `${pulls(wanted)}/${number}` }),
  parse,
};

function pulls({ repository }: WantedPullRequest): string {
  return `/repos/${repository}/pulls`;
}

function parse(value: unknown, wanted: WantedPullRequest): ForgePullRequest | null {
  const number = numberAt(value, 'number');
  const url = linkAt(value, 'html_url');
  const state = stateOf(value);
  if (number === null || url === null || state === null) return null;
  if (textAt(value, 'head', 'ref') !== wanted.branch || textAt(value, 'base', 'ref') !== wanted.baseBranch) return null;
  // A fork may have a branch of the same name.
  const home = textAt(value, 'base', 'repo', 'full_name');
  if (home === null || textAt(value, 'head', 'repo', 'full_name') !== home) return null;
  const [title, body] = [textAt(value, 'title') ?? '', textAt(value, 'body') ?? ''];
  return { number, url, state, headSha: shaAt(value, 'head', 'sha'), title, body };
}

function stateOf(value: unknown): ForgePullRequest['state'] | null {
  if (textAt(value, 'merged_at') !== null) return 'merged';
  const state = textAt(value, 'state');
  return state === 'open' || state === 'closed' ? state : null;
}
