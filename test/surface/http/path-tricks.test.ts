import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Scope } from '../../../src/domain/scope.js';
import { createPool, type Pool } from '../../../src/store/pool.js';
import { PUBLIC_ROUTES } from '../../../src/surfaces/http/create-http-server.js';
import { restingState } from '../../support/account-state.js';
import { createHttpRig, type HttpRig } from '../../support/http-rig.js';
import { type MadeRequest, operationsOf } from '../../support/operations.js';
import { testStack } from '../../support/rig.js';
import { type RawAnswer, sendRaw } from '../../support/send-raw.js';
import { makeTenant, type Tenant } from '../../support/tenants.js';

/** A request that its own tenant's admin may make. */
interface Route extends MadeRequest {
  readonly name: string;
  readonly role: string;
  /** Has an id of the tenant, without which a stranger asks about his own. */
  readonly isOwned: boolean;
}
interface Stranger {
  readonly name: string;
  readonly key: string | null;
  readonly status: number;
  refused(route: Route): boolean;
}

let rig: HttpRig;
let pool: Pool;
let tenant: Tenant;
let routes: readonly Route[];
let strangers: readonly Stranger[];

beforeAll(async () => {
  rig = await createHttpRig('http-path-tricks', { workers: ['session'] });
  pool = createPool(testStack().database.rwUrl);
  const scope: Scope = { accountId: randomUUID(), projectId: randomUUID(), userId: randomUUID() };
  tenant = await makeTenant(rig, scope, 'CanaryTricks4Hb');
  routes = [...(await documented()), ...mcp()];
  const revoked = await rig.keyOf('admin', scope);
  await rig.call('DELETE', `/v1/keys/${revoked.keyId}`, { key: tenant.key });
  const viewer = await rig.keyOf('viewer', scope);
  const foreign = await rig.keyOf('admin', await rig.otherScope(scope.accountId));
  strangers = [
    { name: 'no key', key: null, status: 401, refused: () => true },
    { name: 'a revoked key', key: revoked.key, status: 401, refused: () => true },
    { name: "a viewer's key", key: viewer.key, status: 403, refused: ({ role }) => role !== 'viewer' },
    { name: 'a key of another project', key: foreign.key, status: 404, refused: ({ isOwned }) => isOwned },
  ];
});
afterAll(async () => {
  await pool.end();
  await rig.end();
});

async function documented(): Promise<readonly Route[]> {
  const operations = await operationsOf(rig.url);
  const ids = tenant.ids.open;
  return operations.all.map((operation) => {
    const { description = '' } = operation as { description?: string };
    return {
      ...operations.request(operation, ids),
      name: operation.operationId,
      role: /role `(\w+)`/.exec(description)![1]!,
      // Whom a project has as members is its own to say, whatever they are elsewhere.
      isOwned: operation.path.includes('{') && operation.operationId !== 'putMember',
    };
  });
}

/** Not in the document. Only POST does something there, and each tool says who may use it. */
function mcp(): readonly Route[] {
  const { sessionId, commandId } = tenant.ids.open;
  const params = { name: 'take_command', arguments: { sessionId, commandId, release: 1 } };
  const body = { jsonrpc: '2.0', id: 1, method: 'tools/call', params };
  const headers = { accept: 'application/json, text/event-stream' };
  const route = { path: '/mcp', headers, role: 'viewer', isOwned: false };
  return [
    { ...route, name: 'mcp get', method: 'GET' },
    { ...route, name: 'mcp end', method: 'DELETE' },
    { ...route, name: 'mcp call', method: 'POST', body, role: 'developer', isOwned: true },
  ];
}

/** Of the slashes between parts; a path without its first one is no HTTP. */
const atLast = (path: string, instead: string): string => path.replace(/(?<=.)\/(?=[^/]*$)/, instead);
const TRICKS: readonly ((path: string) => string)[] = [
  (path) => `/${path}`,
  (path) => atLast(path, '//'),
  (path) => `/.${path}`,
  (path) => atLast(path, '/./'),
  (path) => atLast(path, '/%2e/'),
  (path) => atLast(path, '/x/../'),
  (path) => atLast(path, '/x/%2e%2e/'),
  (path) => `${path}/`,
  (path) => `${path}//`,
  (path) => `${path}/.`,
  (path) => `${path}/%2e`,
  (path) => path.toUpperCase(),
  (path) => path.replace(/^\/./, (start) => start.toUpperCase()),
  (path) => atLast(path, '%2f'),
  (path) => atLast(path, '%252F'),
  (path) => `/${path.slice(1).replaceAll('/', '%2F')}`,
  (path) => atLast(path, '\\'),
  (path) => atLast(path, '/\\'),
  (path) => path.replace(/\w/, (letter) => `%${letter.charCodeAt(0).toString(16)}`),
  ...['%00', '%20', '%0d%0a', '%3f', ';x=1', '.json', '?', '#'].map((end) => (path: string) => `${path}${end}`),
  ...PUBLIC_ROUTES.flatMap((open) => [
    (path: string) => `${path};${open}`,
    (path: string) => `${path}?${open}`,
    (path: string) => `${path}#${open}`,
    (path: string) => `${open}/..${path}`,
    (path: string) => `${open}/%2e%2e/%2e%2e${path}`,
    (path: string) => `${open}%2f..%2f..${path}`,
    (path: string) => `${open};${path}`,
    (path: string) => `http://elsewhere.invalid${open}/../..${path}`,
  ]),
  (path) => `http://elsewhere.invalid${path}`,
];

function ask({ method, path, headers, body }: Route, key: string | null, trick = (plain: string) => plain) {
  const [plain, query] = path.split('?') as [string, string?];
  const tricked = trick(plain);
  const asked = query === undefined ? tricked : `${tricked}${tricked.includes('?') ? '&' : '?'}${query}`;
  return sendRaw(rig.url, { method, path: asked, key, headers, body }).then((answer) => ({ asked, ...answer }));
}

/** What an answer says, without what differs from request to request and without the id that it was asked for. */
const told = ({ status, text }: RawAnswer): string =>
  `${status} ${text.replace(/"requestId":"[^"]*"/, '').replace(/no session .+ in this/, 'no session ID in this')}`;
/** Of a path that leads elsewhere than the plain one. */
const ELSEWHERE = /"code":"(?:route_not_found|method_not_allowed|invalid_request)"/;
const leadsElsewhere = ({ status, text }: RawAnswer): boolean =>
  [400, 404, 405].includes(status) && ELSEWHERE.test(text);

test('no trick with a path makes any route do or tell more than the plain path, whoever asks', async () => {
  const before = await restingState(pool, tenant.scope);
  const faults: unknown[] = [];
  let asked = 0;
  for (const { name, key, status, refused } of strangers) {
    const those = routes.filter(refused);
    const plain = await Promise.all(those.map((route) => ask(route, key)));
    // MCP says it inside of an answer.
    const isPlain = (answer: RawAnswer) => answer.status === status || answer.text.includes('"isError":true');
    expect([name, plain.filter((answer) => !isPlain(answer))]).toEqual([name, []]);
    // A path may lead to another route, too: that one refuses as it does with its own path.
    const known = new Set(plain.map(told));
    for (const route of those) {
      const answers = await Promise.all(TRICKS.map((trick) => ask(route, key, trick)));
      // Without a key nobody is told even that.
      const isRefused = (answer: RawAnswer) => known.has(told(answer)) || (status !== 401 && leadsElsewhere(answer));
      faults.push(...answers.filter((answer) => !isRefused(answer)).map((answer) => [name, route.name, answer]));
      asked += answers.length;
    }
  }
  const after = await restingState(pool, tenant.scope);
  expect({ faults, after }).toEqual({ faults: [], after: before });
  expect(asked).toBeGreaterThan(5_000);
}, 60_000);
