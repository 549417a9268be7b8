import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { PUBLIC_ROUTES } from '../../../src/surfaces/http/create-http-server.js';
import { createHttpRig, type HttpRig, send, triedWebhook } from '../../support/http-rig.js';
import { eventually } from '../../support/manual-client.js';
import { sendRaw } from '../../support/send-raw.js';

interface Operation {
  readonly operationId: string;
  readonly security: readonly object[];
  readonly description?: string;
}
interface Route {
  readonly method: string;
  /** As documented, `/v1/sessions/{sessionId}`. */
  readonly path: string;
  readonly operation: Operation;
}

const SHA = 'a'.repeat(64);
/** A body that every route would take, so that nothing but the key can be at fault. */
const BODIES: Readonly<Record<string, unknown>> = {
  createKey: { name: 'made by a test', role: 'viewer' },
  putMember: { name: 'somebody', role: 'viewer' },
  applyProject: null, // filled in below
  startSession: { sessionType: 'contextCoding', context: 'Billing' },
  takeCommand: { commandId: 'c', owner: 'me', ttlMs: 5_000 },
  renewLease: { commandId: 'c', number: 1, ttlMs: 5_000 },
  submitResult: { commandId: 'c', result: { status: 'ok' } },
  decide: { action: 'retry', reason: 'a test' },
  setExecutionMode: { mode: 'manual' },
  cancelSession: { reason: 'a test' },
  createWebhook: { url: 'https://hooks.invalid/', types: ['session_closed'] },
  updateWebhook: { description: 'made by a test' },
  announceUpload: { commandId: 'c', name: 'log', sha256: SHA, bytes: 3 },
};
const QUERIES: Readonly<Record<string, string>> = { releaseCommand: '?commandId=c&number=1' };

let rig: HttpRig;
let routes: readonly Route[];
/** Ids of things of the rig's project. */
let mine: Readonly<Record<string, string>>;
let bodies: Readonly<Record<string, unknown>>;

beforeAll(async () => {
  rig = await createHttpRig('http-access', { workers: ['session'] });
  const document = JSON.parse((await send(`${rig.url}/v1/openapi.json`, 'GET', {})).text) as {
    paths: Record<string, Record<string, Operation>>;
  };
  routes = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );
  mine = await someThings();
  bodies = { ...BODIES, applyProject: (await rig.call('GET', '/v1/project')).body };
});
afterAll(() => rig.end());

async function someThings(): Promise<Record<string, string>> {
  const body = { sessionType: 'componentCoding', context: 'Billing', component: 'Money', executorQueue: null };
  const sessionId = (await rig.call('POST', '/v1/sessions', { body })).body['sessionId'] as string;
  const commandId = await eventually(async () => {
    const { next } = (await rig.call('GET', `/v1/sessions/${sessionId}/command`)).body as {
      next: { command: { id: string } };
    };
    return next.command.id;
  }, 'a command');
  const bytes = new TextEncoder().encode('abc');
  const sha256 = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
  const announced = await rig.call('POST', `/v1/sessions/${sessionId}/uploads`, {
    body: { commandId, name: 'canary-name', sha256, bytes: 3 },
  });
  const uploadId = announced.body['outputId'] as string;
  const headers = { 'content-type': 'application/octet-stream', 'upload-offset': '0' };
  expect((await rig.call('PATCH', `/v1/uploads/${uploadId}`, { body: bytes, headers })).status).toBe(200);
  expect((await rig.call('POST', `/v1/uploads/${uploadId}/finish`)).status).toBe(200);
  const { keyId } = await rig.keyOf('viewer');
  const ids = { uploadId, outputId: uploadId, keyId, userId: rig.scope.userId };
  return { sessionId, ...ids, ...(await triedWebhook(rig)) };
}

const guarded = (): readonly Route[] => routes.filter(({ path }) => !PUBLIC_ROUTES.includes(path));
const roleOf = ({ operation }: Route): string => /role `(\w+)`/.exec(operation.description ?? '')?.[1] ?? '';

function ask(route: Route, key: string | null, ids: Readonly<Record<string, string>> = mine) {
  const { operationId } = route.operation;
  const path = route.path.replace(/\{(\w+)\}/g, (_all, name: string) => ids[name] ?? 'x');
  const isPiece = operationId === 'appendToUpload';
  const body = isPiece ? new Uint8Array(1) : bodies[operationId];
  return rig.call(route.method, path + (QUERIES[operationId] ?? ''), {
    key,
    ...(body === undefined ? {} : { body }),
    ...(isPiece ? { headers: { 'content-type': 'application/octet-stream', 'upload-offset': '0' } } : {}),
  });
}

/** Without what differs from request to request, and without the ids asked for. */
function plain(text: string, ids: Readonly<Record<string, string>>): string {
  const known = Object.values(ids).reduce((rest, id) => rest.replaceAll(id, 'ID'), text);
  return known.replace(/"requestId":"[^"]*"/, '');
}

test('exactly the listed routes are public, and every other one asks for a key', () => {
  const open = routes.filter(({ operation }) => operation.security.length === 0).map(({ path }) => path);
  expect(open.sort()).toEqual([...PUBLIC_ROUTES].sort());
  expect(guarded().every((route) => ['viewer', 'developer', 'admin'].includes(roleOf(route)))).toBe(true);
  expect(guarded().length).toBeGreaterThan(30);
});

describe('every route', () => {
  test('answers no key, a malformed, an unknown, an expired and a revoked one with the same 401', async () => {
    const revoked = await rig.keyOf('admin');
    const url = `/v1/keys/${revoked.keyId}`;
    expect((await rig.call('DELETE', url, { key: rig.admin })).status).toBe(204);
    const expired = await rig.call('POST', '/v1/keys', {
      key: rig.admin,
      body: { name: 'over', role: 'admin', expiresAt: '2020-01-01T00:00:00Z' },
    });
    const unknown = `sw_${'A'.repeat(43)}`;
    const keys = [null, 'nonsense', unknown, revoked.key, expired.body['key'] as string, `${rig.admin}x`];
    for (const route of guarded()) {
      const answers = await Promise.all(keys.map((key) => ask(route, key)));
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401]));
      expect(new Set(answers.map(({ text }) => plain(text, {}))).size).toBe(1);
      expect(answers[0]!.headers.get('www-authenticate')).toBe('Bearer');
      expect(answers[0]!.headers.get('content-type')).toContain('application/problem+json');
    }
  });

  test('refuses a role that does not reach, whatever else is asked', async () => {
    const below = { viewer: [], developer: [rig.viewer], admin: [rig.viewer, rig.developer] } as const;
    let refused = 0;
    for (const route of guarded()) {
      for (const key of below[roleOf(route) as 'admin']) {
        expect(await ask(route, key)).toMatchObject({ status: 403, body: { code: 'forbidden' } });
        refused += 1;
      }
    }
    expect(refused).toBeGreaterThan(20);
  });
});

test('tricks with paths lead nowhere: without a key to 401, with a foreign one to 404', async () => {
  const { key } = await rig.keyOf('admin', await rig.otherScope());
  const id = mine['sessionId']!;
  const tricks = [
    `/v1/openapi.json/../sessions/${id}`,
    `/healthz/../v1/sessions/${id}`,
    `/healthz%2f..%2fv1%2fsessions%2f${id}`,
    `/v1//sessions/${id}`,
    `//v1/sessions/${id}`,
    `/v1/./sessions/${id}`,
    `/V1/SESSIONS/${id}`,
    `/v1/sessions/${id}/`,
    `/v1/sessions/${id};x=/v1/docs`,
    `/v1/sessions/${id}%00`,
    `/v1/sessions/${id}?/v1/docs`,
    `/v1/sessions/%2e%2e/sessions/${id}`,
    `/v1/docs/${id}`,
    `/healthz/`,
    `/HEALTHZ`,
    `/v1/sessions/${'%F0%9F%92%A9'.repeat(20)}`,
  ];
  for (const path of tricks) {
    expect([path, (await sendRaw(rig.url, { path, key: null })).status]).toEqual([path, 401]);
    const foreign = await sendRaw(rig.url, { path, key });
    expect([path, [400, 404].includes(foreign.status)]).toEqual([path, true]);
  }
  for (const path of ['/v1/sessions/%zz', '/v1/sessions/%c0%ae', `/v1/sessions/${'x'.repeat(500)}`]) {
    expect([path, (await sendRaw(rig.url, { path, key: null })).status]).toEqual([path, 400]);
  }
});

test('a path with other methods tells them, to whoever has a key', async () => {
  const answer = await rig.call('PATCH', `/v1/sessions/${mine['sessionId']!}/lease?x=1`);
  expect(answer).toMatchObject({ status: 405, body: { code: 'method_not_allowed' } });
  expect(answer.headers.get('allow')).toBe('POST, PUT, DELETE');
  expect((await rig.call('PATCH', '/v1/keys', { key: null })).status).toBe(401);
});

test('a key ends within a second of being revoked or rotated, and with its member', async () => {
  const one = await rig.keyOf('viewer');
  const me = () => rig.call('GET', '/v1/me', { key: one.key });
  expect(await me()).toMatchObject({ status: 200, body: { ...rig.scope, role: 'viewer', keyId: one.keyId } });
  const rotated = await rig.call('POST', `/v1/keys/${one.keyId}/rotate`, { key: rig.admin });
  expect(rotated).toMatchObject({ status: 200, body: { keyId: one.keyId, role: 'viewer' } });
  await new Promise((resolve) => setTimeout(resolve, 1_050));
  expect((await me()).status).toBe(401);
  expect((await rig.call('GET', '/v1/me', { key: rotated.body['key'] as string })).status).toBe(200);
  const listed = await rig.call('GET', '/v1/keys', { key: rig.admin });
  expect(listed.text).not.toContain(rotated.body['key']);

  const userId = randomUUID();
  const member = await rig.call('PUT', `/v1/members/${userId}`, {
    key: rig.admin,
    body: { name: 'Ann', role: 'viewer' },
  });
  expect(member).toMatchObject({ status: 200, body: { userId, name: 'Ann', role: 'viewer' } });
  const hers = await rig.keyOf('admin', { ...rig.scope, userId });
  const role = await rig.call('GET', '/v1/me', { key: hers.key });
  expect(role.body).toMatchObject({ userId, role: 'viewer' });
  expect((await rig.call('DELETE', `/v1/members/${userId}`, { key: rig.admin })).status).toBe(204);
  expect((await rig.call('GET', `/v1/members/${userId}`, { key: rig.admin })).status).toBe(404);
  await new Promise((resolve) => setTimeout(resolve, 1_050));
  expect((await rig.call('GET', '/v1/me', { key: hers.key })).status).toBe(401);
});

test('a key that asks too much is told to wait, and others are not', async () => {
  const server = await rig.serve({ rateLimit: { perSecond: 2, burst: 5 } });
  const asked = await Promise.all(
    Array.from({ length: 8 }, () => send(`${server.url}/v1/me`, 'GET', { key: rig.viewer })),
  );
  const refused = asked.filter(({ status }) => status === 429);
  expect(refused).toHaveLength(3);
  expect(refused[0]).toMatchObject({ body: { code: 'rate_limited' } });
  expect(refused[0]!.headers.get('retry-after')).toBe('1');
  expect((await send(`${server.url}/v1/me`, 'GET', { key: rig.admin })).status).toBe(200);
});

test('logs have routes, ids and times, and never a key, a query or a body', async () => {
  rig.lines.length = 0;
  const id = mine['sessionId']!;
  await rig.call('GET', `/v1/sessions/${id}?canaryQuery=1`);
  await rig.call('POST', `/v1/sessions/${id}/results`, {
    body: { commandId: 'canary-body', result: { status: 'ok' } },
  });
  await rig.call('GET', `/v1/sessions/${id}/tree`, { headers: { 'x-request-id': 'given-1' } });
  await eventually(async () => rig.lines.length >= 3, 'three lines');
  const lines = rig.lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  const tree = lines.find(({ requestId }) => requestId === 'given-1');
  expect(tree).toMatchObject({
    method: 'GET',
    route: '/v1/sessions/:sessionId/tree',
    status: 200,
    sessionId: id,
    keyId: expect.any(String) as unknown,
    durationMs: expect.any(Number) as unknown,
  });
  const all = rig.lines.join('');
  for (const secret of [rig.developer, 'canaryQuery', 'canary-body', 'Bearer']) expect(all).not.toContain(secret);
});
