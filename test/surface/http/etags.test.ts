import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Answer, createHttpRig, type HttpRig } from '../../support/http-rig.js';
import { eventually } from '../../support/manual-client.js';
import { loadDocument, type Operation } from '../../support/openapi-document.js';
import { type Operations, operationsOf } from '../../support/operations.js';
import { makeTenant, type Tenant } from '../../support/tenants.js';

let rig: HttpRig;
let reads: readonly Operation[];
let operations: Operations;
let tenant: Tenant;

const START = { sessionType: 'componentCoding', context: 'Billing', component: 'Money', executorQueue: null };
/** What they say is only ever of the moment. */
const PROBES = ['/healthz', '/readyz'];
const TAG = /^"[\w-]{20,}"$/;

beforeAll(async () => {
  rig = await createHttpRig('http-etags', { workers: ['session'] });
  operations = await operationsOf(rig.url);
  const { operations: all } = await loadDocument(rig.url);
  reads = all.filter(({ method, path }) => method === 'GET' && !PROBES.includes(path));
  const scope = { accountId: randomUUID(), projectId: randomUUID(), userId: randomUUID() };
  tenant = await makeTenant(rig, scope, 'CanaryTags5Wd');
});
afterAll(() => rig.end());

const get = (path: string, headers: Record<string, string> = {}): Promise<Answer> =>
  rig.call('GET', path, { key: tenant.key, headers });
const known = (path: string, tag: string): Promise<Answer> => get(path, { 'if-none-match': tag });
const tagOf = ({ headers }: Answer): string => headers.get('etag') ?? 'none';

/** Every read, for each session of the tenant. */
const paths = (): readonly string[] => [
  ...new Set(
    Object.values(tenant.ids).flatMap((ids) => reads.map((operation) => operations.request(operation, ids).path)),
  ),
];

test('every read has an ETag, and is 304 without a body for whoever has that very content', async () => {
  const contents = new Map<string, string>();
  for (const path of paths()) {
    let answer = await get(path);
    // Some tell what changes by itself: then the next one is whole, and of another content.
    for (let tries = 0; ; tries += 1) {
      expect([path, answer.status, tagOf(answer)]).toEqual([path, 200, expect.stringMatching(TAG)]);
      expect([path, contents.get(tagOf(answer)) ?? answer.text]).toEqual([path, answer.text]);
      contents.set(tagOf(answer), answer.text);
      const again = await known(path, tagOf(answer));
      if (again.status === 304) {
        const { text, headers } = again;
        expect([path, text, tagOf(again), headers.get('content-type')]).toEqual([path, '', tagOf(answer), null]);
        break;
      }
      expect([path, again.text]).not.toEqual([path, answer.text]);
      expect([path, tries < 5]).toEqual([path, true]);
      answer = again;
    }
    expect([path, (await known(path, '"another"')).status]).toEqual([path, 200]);
  }
  expect(new Set(contents.values()).size).toBe(contents.size);
  expect(contents.size).toBeGreaterThan(30);
  const undocumented = reads.filter(({ responses }) => responses['304'] === undefined);
  expect(undocumented.map(({ operationId }) => operationId)).toEqual([]);
});

test('what has changed is answered whole, with another tag', async () => {
  const { sessionId, webhookId } = tenant.ids.open;
  const session = `/v1/sessions/${sessionId}`;
  const webhook = `/v1/webhooks/${webhookId}`;
  const changes: [method: string, change: string, body: object | undefined, ...paths: string[]][] = [
    ['POST', '/v1/sessions', START, '/v1/sessions'],
    ['POST', `${session}/cancel`, { reason: 'a test' }, `${session}/events`, `${session}/command`, session],
    ['PATCH', webhook, { enabled: true, description: 'another' }, webhook, '/v1/webhooks'],
    ['POST', `${webhook}/ping`, undefined, `${webhook}/deliveries`],
    ['POST', '/v1/keys', { name: 'one more', role: 'viewer' }, '/v1/keys'],
  ];
  for (const [method, change, body, ...paths] of changes) {
    const before = await Promise.all(paths.map(async (path) => ({ path, tag: tagOf(await get(path)) })));
    const done = await rig.call(method, change, { key: tenant.key, body });
    expect([change, done.status < 300]).toEqual([change, true]);
    for (const { path, tag } of before) {
      // A worker may have to do it first.
      const after = await eventually(async () => {
        const answer = await known(path, tag);
        return answer.status === 200 && answer;
      }, `another content of ${path}`);
      expect([path, tagOf(after)]).toEqual([path, expect.stringMatching(TAG)]);
      expect(tagOf(after)).not.toBe(tag);
    }
  }
});

test('a stream of events has no tag and is never 304', async () => {
  const path = `/v1/sessions/${tenant.ids.closed['sessionId']}/events`;
  const tag = tagOf(await get(path));
  for (const value of [tag, '*']) {
    const stream = await get(path, { accept: 'text/event-stream', 'if-none-match': value });
    expect([stream.status, tagOf(stream)]).toEqual([200, 'none']);
    expect(stream.headers.get('content-type')).toBe('text/event-stream');
    expect(stream.text).toContain('event: end');
    const empty = await get(`${path}?after=1000`, { accept: 'text/event-stream', 'if-none-match': value });
    expect([empty.status, tagOf(empty)]).toEqual([204, 'none']);
  }
  const kept = (await get(path)).headers;
  expect([kept.get('cache-control'), kept.get('vary')]).toEqual(['private, no-cache', 'Authorization, Accept']);
});
