import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Next } from '../../../src/client.js';
import { createPool, type Pool } from '../../../src/store/pool.js';
import { withScope } from '../../../src/store/with-scope.js';
import { createHttpRig, type HttpRig } from '../../support/http-rig.js';
import { commandOf, eventually } from '../../support/manual-client.js';
import { testStack } from '../../support/rig.js';

const RUNS = 2_000;
const TABLES =
  'accounts users memberships api_keys projects contexts components component_dependencies stories rules sessions interactions session_events outputs output_chunks leases decisions late_results result_conflicts idempotency_keys webhooks webhook_deliveries'.split(
    ' ',
  );

let rig: HttpRig;
let pool: Pool;
let targets: readonly { readonly method: string; readonly path: string; readonly body: Record<string, unknown> }[];

beforeAll(async () => {
  rig = await createHttpRig('http-malformed', { workers: ['session'] });
  pool = createPool(testStack().database.rwUrl);
  const start = { sessionType: 'componentCoding', context: 'Billing', component: 'Money', executorQueue: null };
  const sessionId = (await rig.call('POST', '/v1/sessions', { body: start })).body['sessionId'] as string;
  const commandId = await eventually(async () => {
    const { body } = await rig.call('GET', `/v1/sessions/${sessionId}/command`);
    return commandOf(body['next'] as Next).id;
  }, 'a command');
  const path = `/v1/sessions/${sessionId}`;
  const project = (await rig.call('GET', '/v1/project')).body;
  targets = [
    { method: 'POST', path: '/v1/sessions', body: start },
    { method: 'POST', path: `${path}/results`, body: { commandId, result: { status: 'ok', outputs: [] } } },
    { method: 'POST', path: `${path}/results?durable=true`, body: { commandId, result: { status: 'ok', data: {} } } },
    { method: 'POST', path: `${path}/lease`, body: { commandId, owner: 'me', ttlMs: 5_000 } },
    { method: 'PUT', path: `${path}/lease`, body: { commandId, number: 1, ttlMs: 5_000 } },
    { method: 'POST', path: `${path}/decision`, body: { action: 'retry', reason: 'because' } },
    { method: 'PUT', path: `${path}/mode`, body: { mode: 'manual' } },
    { method: 'POST', path: `${path}/cancel`, body: { reason: 'because' } },
    { method: 'POST', path: `${path}/uploads`, body: { commandId, name: 'x', sha256: 'a'.repeat(64), bytes: 1 } },
    { method: 'PUT', path: '/v1/project', body: project },
    { method: 'POST', path: '/v1/keys', body: { name: 'x', role: 'viewer', expiresAt: '2040-01-01T00:00:00Z' } },
    { method: 'POST', path: '/v1/webhooks', body: { url: 'https://hooks.invalid/', types: ['decided'] } },
    { method: 'PUT', path: `/v1/members/${rig.scope.userId}`, body: { name: 'x', role: 'admin' } },
  ];
});
afterAll(async () => {
  await pool.end();
  await rig.end();
});

async function counts(): Promise<unknown> {
  const { accountId } = rig.scope;
  const sums = TABLES.map(
    (table) => `(SELECT count(*) FROM ${table} WHERE account_id = '${accountId}')::int AS ${table}`,
  );
  const members = `(SELECT string_agg(name, ',') FROM users WHERE account_id = '${accountId}') AS names`;
  return withScope(pool, rig.scope, (tx) => tx.queryAndCommit({ text: `SELECT ${sums.join(', ')}, ${members}` }, []));
}

/** Nothing that any field here takes, whatever its type. */
const poison = fc.constantFrom<unknown>(
  null,
  [],
  [[]],
  {},
  { $ne: 1 },
  true,
  -1,
  1e308,
  0.5,
  '',
  '\u0000',
  '\ud800',
  'x'.repeat(30_000),
  ['a'],
);

/** A body that is wrong for sure: the place of a member is taken by what does not belong there. */
const mutated = (body: Record<string, unknown>) =>
  fc.oneof(
    fc.tuple(fc.constantFrom(...Object.keys(body)), poison).map(([key, value]) => ({ ...body, [key]: value })),
    fc.constantFrom(...Object.keys(body)).map((key) => {
      const { [key]: _gone, ...rest } = body;
      return rest;
    }),
    fc.tuple(fc.string({ minLength: 1 }), poison).map(([key, value]) => ({ ...body, [`${key}?`]: value })),
  );

const encoded = (body: Record<string, unknown>) =>
  fc.oneof(
    { weight: 6, arbitrary: mutated(body).map((value) => JSON.stringify(value)) },
    { weight: 2, arbitrary: fc.json({ maxDepth: 6 }) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
    {
      weight: 1,
      arbitrary: fc.nat(1_000).map((cut) => JSON.stringify(body).slice(0, cut % JSON.stringify(body).length)),
    },
    { weight: 1, arbitrary: fc.nat(40_000).map((depth) => '['.repeat(depth) + ']'.repeat(depth)) },
    { weight: 1, arbitrary: fc.constant(`{"__proto__":{"role":"admin"},"constructor":1}`) },
    { weight: 1, arbitrary: fc.uint8Array({ minLength: 1, maxLength: 40 }) },
  );

test(`${RUNS} malformed bodies: none is taken, none breaks anything, none leaves a row`, async () => {
  const before = await counts();
  const seen = new Map<number, number>();
  const sentTo = fc
    .nat(targets.length - 1)
    .chain((index) => fc.tuple(fc.constant(targets[index]!), encoded(targets[index]!.body)));
  await fc.assert(
    fc.asyncProperty(sentTo, async ([target, body]) => {
      fc.pre(!isOptional(target.body, body));
      const answer = await rig.call(target.method, target.path, {
        key: rig.admin,
        body,
        headers: { 'idempotency-key': 'malformed' },
      });
      seen.set(answer.status, (seen.get(answer.status) ?? 0) + 1);
      expect([answer.status, answer.text]).toEqual([400, expect.stringContaining('"code":"invalid_')]);
      expect(answer.headers.get('content-type')).toContain('application/problem+json');
      expect(answer.text.length).toBeLessThan(12_000);
    }),
    { numRuns: RUNS },
  );
  expect(await counts()).toEqual(before);
  expect(seen.get(400)).toBeGreaterThanOrEqual(RUNS);
}, 180_000);

/** Some members may be absent, and some poison is a value: such a body is right, and not sent. */
function isOptional(body: Record<string, unknown>, sent: string | Uint8Array): boolean {
  if (typeof sent !== 'string') return false;
  let value: unknown;
  try {
    value = JSON.parse(sent);
  } catch {
    return false;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const { executorQueue: _one, expiresAt: _two, rules: _three, types: _four, ...needed } = body;
  const given = value as Record<string, unknown>;
  const differing = [...new Set([...Object.keys(body), ...Object.keys(given)])].filter(
    (key) => JSON.stringify(given[key]) !== JSON.stringify(body[key]),
  );
  return differing.every((key) => !(key in needed) && key in body && takes(key, given[key]));
}

function takes(key: string, value: unknown): boolean {
  if (key === 'types') return value === null;
  if (value === undefined) return true;
  if (key === 'executorQueue')
    return value === null || (typeof value === 'string' && value !== '' && value.length <= 200);
  return key === 'rules' && Array.isArray(value) && value.length === 0;
}

test('too much, of the wrong kind, and of no kind', async () => {
  const { path } = targets[1]!;
  const large = await rig.call('POST', path, { body: JSON.stringify({ x: 'y'.repeat(1_100_000) }) });
  expect(large).toMatchObject({
    status: 413,
    body: { code: 'payload_too_large', requestId: expect.any(String) as unknown },
  });
  for (const type of [
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/xml',
  ]) {
    const answer = await rig.call('POST', path, { body: 'x', headers: { 'content-type': type } });
    expect([type, answer.status, answer.body['code']]).toEqual([type, 415, 'unsupported_media_type']);
  }
  const none = await rig.call('POST', path);
  expect(none).toMatchObject({ status: 400, body: { code: 'invalid_request', in: 'body' } });
  const latin = await rig.call('POST', path, {
    body: new Uint8Array([0x22, 0xe9, 0x22]),
    headers: { 'content-type': 'application/json' },
  });
  expect(latin).toMatchObject({ status: 400, body: { detail: 'the body is not well-formed JSON in UTF-8' } });
  const id = await rig.call('GET', '/v1/me', { headers: { 'x-request-id': 'a b\tc' } });
  expect(id.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
});
