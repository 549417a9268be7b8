import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Forge, ForgeType } from '../../../src/domain/forge.js';

export interface FakePull {
  readonly number: number;
  readonly branch: string;
  readonly base: string;
  title: string;
  body: string;
  state: 'open' | 'closed' | 'merged';
  /** From a fork: same names (on GitHub the same owner too), another repository. */
  readonly fork?: boolean;
  /** Instead of the branch's tip, for one that is not open any more. */
  readonly head?: string;
}

/** What happens to the n-th request (from 1) instead of an ordinary answer. */
export type Fault =
  | 'drop' /* the connection ends and nothing was done */
  | 'drop-after' /* it was done, but nobody hears of it */
  | 'hang-after' /* it was done, and the answer never comes */
  | {
      readonly status: number;
      readonly headers?: Record<string, string>;
      readonly body?: unknown;
      readonly done?: true;
    };

export interface FakeForge {
  readonly forge: Forge;
  readonly pulls: FakePull[];
  /** `METHOD /path` without the query, in order of arrival. */
  readonly calls: string[];
  readonly authorizations: (string | undefined)[];
  /** Decides about each request; what it does to the state happens before it. */
  fault: (n: number, call: string) => Fault | null;
  /** What the forge believes the branch's tip is; null: it has not looked yet. */
  tip: (branch: string) => string | null;
  add(pull: Partial<FakePull> & Pick<FakePull, 'branch'>): FakePull;
  close(): Promise<void>;
}

const REPOSITORY = { github: 'acme/shop', gitlab: 'acme/tools/shop' } as const;
const BASE_PATH = { github: '/api/v3', gitlab: '/api/v4' } as const;

/** A local server that keeps pull requests as the published APIs of GitHub and GitLab say they do. */
export async function startFakeForge(type: ForgeType, token: string): Promise<FakeForge> {
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const fake: FakeForge = {
    forge: { type, apiUrl: `${origin}${BASE_PATH[type]}`, repository: REPOSITORY[type] },
    pulls: [],
    calls: [],
    authorizations: [],
    fault: () => null,
    tip: () => null,
    add(given) {
      const number = fake.pulls.length + 7;
      const pull: FakePull = { base: 'main', title: 'T', body: 'B', state: 'open', ...given, number };
      fake.pulls.push(pull);
      return pull;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const sent = await bodyOf(request);
    const url = new URL(request.url!, origin);
    const call = `${request.method} ${url.pathname.slice(BASE_PATH[type].length)}`;
    fake.calls.push(call);
    fake.authorizations.push(request.headers.authorization);
    const fault = fake.fault(fake.calls.length, call);
    if (fault === 'drop') return void request.socket.destroy();
    if (typeof fault === 'object' && fault !== null && fault.done === undefined) return reply(response, fault);
    const ordinary = handle(type, fake, { request, url, call, sent, token });
    if (fault === 'drop-after') return void request.socket.destroy();
    if (fault === 'hang-after') return;
    reply(response, fault ?? ordinary);
  }
  return fake;
}

interface Reply {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
}

function reply(response: ServerResponse, { status, headers = {}, body = {} }: Reply): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
}

async function bodyOf(request: IncomingMessage): Promise<Record<string, string>> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text === '' ? {} : (JSON.parse(text) as Record<string, string>);
}

interface Asked {
  readonly request: IncomingMessage;
  readonly url: URL;
  readonly call: string;
  readonly sent: Record<string, string>;
  readonly token: string;
}

function handle(type: ForgeType, fake: FakeForge, asked: Asked): Reply {
  const { headers } = asked.request;
  if (headers.authorization !== `Bearer ${asked.token}`) return { status: 401, body: { message: 'Bad credentials' } };
  if (type === 'github' && headers['user-agent'] === undefined)
    return { status: 403, body: { message: 'No User-Agent' } };
  if (type === 'github' && headers['x-github-api-version'] !== '2022-11-28') return { status: 400 };
  const root = type === 'github' ? '/repos/acme/shop/pulls' : '/projects/acme%2Ftools%2Fshop/merge_requests';
  const [method, path] = asked.call.split(' ') as [string, string];
  if (path !== root && !path.startsWith(`${root}/`)) return { status: 404, body: { message: '404 Not Found' } };
  const fields = type === 'github' ? GITHUB : GITLAB;
  const shown = (pull: FakePull) => fields.show(pull, pull.head ?? fake.tip(pull.branch), fake.forge);
  if (path === root && method === 'GET') {
    const found = fake.pulls.filter((pull) => fields.listed(pull, asked.url.searchParams));
    const page = found.reverse().slice(0, Number(asked.url.searchParams.get('per_page') ?? 20));
    return { status: 200, body: page.map(shown) };
  }
  if (path === root && method === 'POST') {
    const { title } = asked.sent;
    const { branch, base, body } = fields.read(asked.sent);
    const there = fake.pulls.find(
      (pull) => !pull.fork && pull.state === 'open' && pull.branch === branch && pull.base === base,
    );
    if (there) return fields.exists(there);
    return { status: 201, body: shown(fake.add({ branch: branch!, base: base!, title: title!, body: body! })) };
  }
  const pull = fake.pulls.find(({ number }) => path === `${root}/${number}`);
  if (!pull) return { status: 404, body: { message: '404 Not Found' } };
  if (method === fields.update) {
    pull.title = asked.sent['title'] ?? pull.title;
    pull.body = fields.read(asked.sent).body ?? pull.body;
  } else if (method !== 'GET') return { status: 405 };
  return { status: 200, body: shown(pull) };
}

interface Fields {
  readonly update: 'PATCH' | 'PUT';
  read(sent: Record<string, string>): {
    branch?: string | undefined;
    base?: string | undefined;
    body?: string | undefined;
  };
  listed(pull: FakePull, query: URLSearchParams): boolean;
  show(pull: FakePull, tip: string | null, forge: Forge): unknown;
  exists(pull: FakePull): Reply;
}

const GITHUB: Fields = {
  update: 'PATCH',
  read: ({ head, base, body }) => ({ branch: head, base, body }),
  listed: (pull, query) => {
    const [owner, branch] = query.get('head')?.split(':') ?? [];
    // As the real one: a head without an owner filters nothing.
    const head = branch === undefined || (branch === pull.branch && owner === 'acme');
    const wanted = query.get('state') ?? 'open';
    const state = wanted === 'all' || (wanted === 'open') === (pull.state === 'open');
    return head && state && (query.get('base') ?? pull.base) === pull.base;
  },
  show: (pull, tip, { repository }) => ({
    id: pull.number + 900_000,
    number: pull.number,
    html_url: `https://github.example.com/${repository}/pull/${pull.number}`,
    state: pull.state === 'open' ? 'open' : 'closed',
    merged_at: pull.state === 'merged' ? '2026-01-01T00:00:00Z' : null,
    title: pull.title,
    body: pull.body,
    head: { ref: pull.branch, sha: tip ?? '', repo: { full_name: pull.fork ? 'acme/shop-fork' : repository } },
    base: { ref: pull.base, sha: '0'.repeat(40), repo: { full_name: repository } },
  }),
  exists: (pull) => ({
    status: 422,
    body: {
      message: 'Validation Failed',
      errors: [
        { resource: 'PullRequest', code: 'custom', message: `A pull request already exists for acme:${pull.branch}.` },
      ],
    },
  }),
};

const GITLAB: Fields = {
  update: 'PUT',
  read: (sent) => ({ branch: sent['source_branch'], base: sent['target_branch'], body: sent['description'] }),
  listed: (pull, query) => {
    const wanted = query.get('state') ?? 'all';
    const state = wanted === 'all' || wanted === (pull.state === 'open' ? 'opened' : pull.state);
    const branches = [query.get('source_branch') ?? pull.branch, query.get('target_branch') ?? pull.base];
    return state && branches[0] === pull.branch && branches[1] === pull.base;
  },
  show: (pull, tip, { repository }) => ({
    id: pull.number + 900_000,
    iid: pull.number,
    web_url: `https://gitlab.example.com/${repository}/-/merge_requests/${pull.number}`,
    state: pull.state === 'open' ? 'opened' : pull.state,
    title: pull.title,
    description: pull.body,
    sha: tip,
    source_branch: pull.branch,
    target_branch: pull.base,
    source_project_id: pull.fork ? 2 : 1,
    target_project_id: 1,
  }),
  exists: (pull) => ({
    status: 409,
    body: { message: [`Another open merge request already exists for this source branch: !${pull.number}`] },
  }),
};
