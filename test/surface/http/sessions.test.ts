import { mkdtemp, rm } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Next } from '../../../src/client.js';
import { createHttpRig, type HttpRig } from '../../support/http-rig.js';
import { commandOf, eventually, ManualClient } from '../../support/manual-client.js';

let rig: HttpRig;
let root: string;

beforeAll(async () => {
  root = await mkdtemp('/var/tmp/specwright-http-');
  rig = await createHttpRig('http-sessions', { workers: ['session'] });
});
afterAll(async () => {
  await rig.end();
  await rm(root, { recursive: true, force: true });
});

const START = {
  sessionType: 'componentCoding',
  context: 'Billing',
  component: 'Money',
  executorQueue: null,
  onExhausted: 'fail',
};

async function start(headers: Record<string, string> = {}): Promise<string> {
  const started = await rig.call('POST', '/v1/sessions', { body: START, headers });
  expect(started.status).toBe(201);
  return started.body['sessionId'] as string;
}

async function firstCommand(sessionId: string) {
  return eventually(async () => {
    const { body } = await rig.call('GET', `/v1/sessions/${sessionId}/command`);
    return commandOf(body['next'] as Next);
  }, 'a command');
}

test('a whole manual session runs by HTTP alone: start, take, heartbeat, report, and read what happened', async () => {
  const person = new ManualClient(rig.example, root);
  const sessionId = await start();
  let next: Next = { kind: 'command', command: await firstCommand(sessionId) };
  let turns = 0;
  while (next.kind === 'command') {
    const { command }: { command: { id: string } } = next;
    const held = { commandId: command.id, owner: 'a person', ttlMs: 60_000 };
    const taken = await rig.call('POST', `/v1/sessions/${sessionId}/lease`, { body: held });
    expect(taken).toMatchObject({ status: 200, body: { number: 1, owner: 'a person' } });
    const beat = { commandId: command.id, number: 1, ttlMs: 60_000 };
    expect(await rig.call('PUT', `/v1/sessions/${sessionId}/lease`, { body: beat })).toMatchObject({ status: 200 });
    const other = await rig.call('POST', `/v1/sessions/${sessionId}/lease`, { body: { ...held, owner: 'another' } });
    expect(other).toMatchObject({ status: 409, body: { code: 'lease_held', owner: 'a person', number: 1 } });
    const report = { ...person.carryOut(commandOf(next)), lease: 1 };
    const answer = await rig.call('POST', `/v1/sessions/${sessionId}/results`, { body: report });
    expect(answer).toMatchObject({ status: 200, body: { accepted: true, duplicate: false } });
    const again = await rig.call('POST', `/v1/sessions/${sessionId}/results`, { body: report });
    expect(again).toMatchObject({ status: 200, body: { duplicate: true, next: answer.body['next'] } });
    next = answer.body['next'] as Next;
    turns += 1;
  }
  expect(next).toEqual({ kind: 'done', status: 'complete' });
  const shown = await eventually(async () => {
    const one = await rig.call('GET', `/v1/sessions/${sessionId}`, { key: rig.viewer });
    return one.body['status'] === 'complete' && one;
  }, 'the closed row');
  expect(shown.body).toMatchObject({ sessionId, type: 'componentCoding', component: 'Money', waitingOn: null });
  const { items } = (await rig.call('GET', `/v1/sessions/${sessionId}/interactions`)).body as { items: object[] };
  expect(items).toHaveLength(turns);
  const list = await rig.call('GET', '/v1/sessions?status=complete&component=Money&limit=1');
  expect(list.body).toMatchObject({ items: [{ sessionId }], cursor: null });
});

test('one Idempotency-Key is one session, at once and later; another request with it is refused', async () => {
  const headers = { 'idempotency-key': 'order-17' };
  const racing = await Promise.all(
    Array.from({ length: 8 }, () => rig.call('POST', '/v1/sessions', { body: START, headers })),
  );
  expect(new Set(racing.map(({ status }) => status))).toEqual(new Set([201]));
  expect(new Set(racing.map(({ text }) => text)).size).toBe(1);
  const again = await rig.call('POST', '/v1/sessions', { body: START, headers });
  expect(again.text).toBe(racing[0]!.text);
  expect(again.headers.get('location')).toBe(`/v1/sessions/${again.body['sessionId'] as string}`);
  const other = await rig.call('POST', '/v1/sessions', { body: { ...START, onExhausted: 'wait' }, headers });
  expect(other).toMatchObject({ status: 422, body: { code: 'key_reused', field: 'Idempotency-Key' } });
  const { items } = (await rig.call('GET', '/v1/sessions?component=Money&status=active&limit=200')).body as {
    items: { sessionId: string }[];
  };
  expect(items.filter(({ sessionId }) => sessionId === again.body['sessionId'])).toHaveLength(1);
});

test("a second result is refused with the first one's digest and kept; so is one that comes after the end", async () => {
  const sessionId = await start();
  const { id } = await firstCommand(sessionId);
  const path = `/v1/sessions/${sessionId}/results`;
  const first = { commandId: id, result: { status: 'error', failure: { kind: 'command_failed', message: 'no' } } };
  const answers = await Promise.all(Array.from({ length: 5 }, () => rig.call('POST', path, { body: first })));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  expect(answers.filter(({ body }) => body['duplicate'] === false)).toHaveLength(1);
  const second = { commandId: id, result: { status: 'ok', data: { canary: 'second' } } };
  const conflict = await rig.call('POST', path, { body: second });
  expect(conflict).toMatchObject({
    status: 409,
    body: {
      code: 'result_conflict',
      digest: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown,
      at: expect.any(String) as unknown,
    },
  });
  const unknown = await rig.call('POST', path, { body: { ...first, commandId: 'nobody' } });
  expect(unknown).toMatchObject({ status: 404, body: { code: 'unknown_interaction' } });

  expect((await rig.call('POST', `/v1/sessions/${sessionId}/cancel`, { body: { reason: 'enough' } })).status).toBe(202);
  await eventually(
    async () => (await rig.call('GET', `/v1/sessions/${sessionId}`)).body['status'] === 'cancelled',
    'the cancelled row',
  );
  const late = await rig.call('POST', path, {
    body: { commandId: id, result: { status: 'ok', data: { canary: 'late' } } },
  });
  expect(late).toMatchObject({ status: 409, body: { code: 'session_closed', sessionStatus: 'cancelled' } });
  const { items } = (await rig.call('GET', `/v1/sessions/${sessionId}/rejected`)).body as { items: object[] };
  expect(items).toMatchObject([
    { why: 'conflict', acceptedDigest: conflict.body['digest'], result: second.result },
    { why: 'late', result: { data: { canary: 'late' } } },
  ]);
});

test('a read that changed nothing since its ETag is answered 304, and one that did is not', async () => {
  const sessionId = await start();
  const { id } = await firstCommand(sessionId);
  const path = `/v1/sessions/${sessionId}`;
  const before = await rig.call('GET', path);
  const etag = before.headers.get('etag')!;
  for (const value of [etag, `W/${etag}`, `"x", ${etag}`, '*']) {
    const same = await rig.call('GET', path, { headers: { 'if-none-match': value } });
    expect([same.status, same.text, same.headers.get('etag')]).toEqual([304, '', etag]);
  }
  await rig.call('POST', `${path}/lease`, { body: { commandId: id, owner: 'me', ttlMs: 5_000 } });
  const changed = await rig.call('GET', path, { headers: { 'if-none-match': etag } });
  expect(changed.status).toBe(200);
  expect(changed.headers.get('etag')).not.toBe(etag);
});

test('waiting for a command is bounded, answers at a change, and takes no longer than the client stays', async () => {
  const sessionId = await start();
  const { id } = await firstCommand(sessionId);
  const path = `/v1/sessions/${sessionId}/command`;
  const { cursor } = (await rig.call('GET', path)).body;
  const quiet = Date.now();
  const same = await rig.call('GET', `${path}?after=${cursor as number}&waitMs=400`);
  expect(same.body).toMatchObject({ cursor });
  expect(Date.now() - quiet).toBeGreaterThanOrEqual(380);
  const began = Date.now();
  const waiting = rig.call('GET', `${path}?after=${cursor as number}&waitMs=20000`);
  const body = { commandId: id, result: { status: 'error', failure: { kind: 'command_failed', message: 'no' } } };
  await rig.call('POST', `/v1/sessions/${sessionId}/results`, { body });
  const news = (await waiting).body as { cursor: number };
  expect(news.cursor).toBeGreaterThan(cursor as number);
  expect(Date.now() - began).toBeLessThan(5_000);
  expect(await rig.call('GET', `${path}?after=1&waitMs=20001`)).toMatchObject({
    status: 400,
    body: { field: 'waitMs' },
  });

  const gone = new AbortController();
  const left = fetch(`${rig.url}${path}?after=${news.cursor + 1_000}&waitMs=20000`, {
    headers: { authorization: `Bearer ${rig.developer}`, 'x-request-id': 'left' },
    signal: gone.signal,
  }).catch(() => null);
  await new Promise((resolve) => setTimeout(resolve, 300));
  gone.abort();
  await left;
  await eventually(async () => rig.lines.find((line) => line.includes('"left"')), 'the end of the wait', 3);
});

test('a session that waits for a decision gets it, and modes change', async () => {
  const started = await rig.call('POST', '/v1/sessions', {
    body: { ...START, onExhausted: 'wait', bounds: { initialize: 1 } },
  });
  const sessionId = started.body['sessionId'] as string;
  const { id } = await firstCommand(sessionId);
  const path = `/v1/sessions/${sessionId}`;
  const early = await rig.call('POST', `${path}/decision`, { body: { action: 'retry', reason: 'now' } });
  expect(early).toMatchObject({ status: 409, body: { code: 'nothing_to_decide' } });
  const fail = async (commandId: string) => {
    const result = { status: 'error', failure: { kind: 'command_failed', message: 'no' } };
    await rig.call('POST', `${path}/results`, { body: { commandId, result } });
    await eventually(async () => (await rig.call('GET', path)).body['waitingOn'] === 'decision', 'the wait');
  };
  await fail(id);
  const extend = { action: 'extend', bound: 'initialize', by: 1, reason: 'once more' };
  expect((await rig.call('POST', `${path}/decision`, { body: extend })).status).toBe(200);
  const again = await eventually(async () => commandOf(await rig.client.nextCommand(sessionId)), 'another try');
  expect(again.id).not.toBe(id);
  await fail(again.id);
  const decided = await rig.call('POST', `${path}/decision`, { body: { action: 'fail', reason: 'enough' } });
  expect(decided).toMatchObject({ status: 200, body: { accepted: true } });
  await eventually(async () => (await rig.call('GET', path)).body['status'] === 'failed', 'the end');
  const other = await start();
  await firstCommand(other);
  const mode = await rig.call('PUT', `/v1/sessions/${other}/mode`, { body: { mode: 'manual' } });
  expect(mode).toMatchObject({ status: 200, body: { mode: 'manual' } });
});

test('the model is read as specwright.yaml would say it, applied again without a change, and refused with the field', async () => {
  const model = await rig.call('GET', '/v1/project');
  const same = await rig.call('PUT', '/v1/project?prune=true', { body: model.body });
  expect(same).toMatchObject({ status: 200, body: { created: [], changed: [], removed: [], dryRun: false } });
  const contexts = model.body['contexts'] as { components: { name: string; dependsOn: string[] }[] }[];
  const component = { name: 'Tip', type: 'module', description: 'A tip.', priority: 0, dependsOn: [] };
  const more = {
    ...model.body,
    contexts: contexts.map((one) => ({ ...one, components: [...one.components, component] })),
  };
  const wouldBe = await rig.call('PUT', '/v1/project?dryRun=true', { body: more });
  expect(wouldBe).toMatchObject({ status: 200, body: { created: ['component Tip'], dryRun: true } });
  expect((await rig.call('GET', '/v1/components')).text).not.toContain('Tip');
  const broken = structuredClone(model.body) as { contexts: typeof contexts };
  broken.contexts[0]!.components[0]!.dependsOn = ['Nobody'];
  expect(await rig.call('PUT', '/v1/project', { body: broken })).toMatchObject({
    status: 400,
    body: { code: 'invalid_input', field: 'contexts[0].components[0].dependsOn[0]' },
  });
  const misspelt = await rig.call('PUT', '/v1/project', { body: { ...model.body, contextz: [] } });
  expect(misspelt).toMatchObject({
    status: 400,
    body: { code: 'invalid_request', field: 'contextz', fix: 'send contexts, if that was meant' },
  });
  const parts = await Promise.all(
    ['contexts', 'components', 'stories', 'rules'].map((part) => rig.call('GET', `/v1/${part}`)),
  );
  expect(parts.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
});

test('lists are paged by cursor without a gap, and filtered', async () => {
  await Promise.all(Array.from({ length: 5 }, () => start()));
  const seen: string[] = [];
  let cursor: string | null = null;
  do {
    const query: string = cursor === null ? '' : `&cursor=${cursor}`;
    const { body } = await rig.call('GET', `/v1/sessions?limit=2&roots=true${query}`);
    seen.push(...(body['items'] as { sessionId: string }[]).map(({ sessionId }) => sessionId));
    cursor = body['cursor'] as string | null;
  } while (cursor !== null);
  expect(new Set(seen).size).toBe(seen.length);
  const all = (await rig.call('GET', '/v1/sessions?limit=200')).body['items'] as object[];
  expect(seen).toHaveLength(all.length);
  const none = await rig.call('GET', '/v1/sessions?createdBefore=2020-01-01T00:00:00Z');
  expect(none.body).toEqual({ items: [], cursor: null });
  for (const query of ['limit=201', 'limit=0', 'status=open', 'limit=2&limit=3', 'createdAfter=yesterday', 'other=1']) {
    expect([query, (await rig.call('GET', `/v1/sessions?${query}`)).status]).toEqual([query, 400]);
  }
});
