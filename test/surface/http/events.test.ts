import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, request as rawRequest } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Next } from '../../../src/client.js';
import { createSessionWatch } from '../../../src/api/watch-sessions.js';
import { createHttpServer } from '../../../src/surfaces/http/create-http-server.js';
import type { HttpDeps } from '../../../src/surfaces/http/http-app.js';
import { streamEvents } from '../../../src/surfaces/http/event-stream.js';
import { createHttpRig, type HttpRig } from '../../support/http-rig.js';
import { commandOf, eventually } from '../../support/manual-client.js';

let rig: HttpRig;
beforeAll(async () => {
  rig = await createHttpRig('http-events', {
    workers: ['session'],
    streamTimes: { heartbeatMs: 300, drainMs: 500 },
  });
});
afterAll(() => rig.end());

interface Stream {
  readonly status: number;
  /** Everything received so far. */
  text(): string;
  ids(): readonly number[];
  /** Resolves when the server ended it. */
  readonly ended: Promise<void>;
  leave(): void;
}

async function open(
  sessionId: string,
  headers: Record<string, string> = {},
  key = rig.viewer,
  url = rig.url,
): Promise<Stream> {
  const gone = new AbortController();
  const response = await fetch(`${url}/v1/sessions/${sessionId}/events`, {
    headers: { authorization: `Bearer ${key}`, accept: 'text/event-stream', ...headers },
    signal: gone.signal,
  });
  let text = '';
  const decoder = new TextDecoder();
  const read = async () => {
    for await (const chunk of response.body ?? []) text += decoder.decode(chunk as Uint8Array, { stream: true });
  };
  return {
    status: response.status,
    text: () => text,
    ids: () => [...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id)),
    ended: read().catch(() => undefined),
    leave: () => gone.abort(),
  };
}

async function start(): Promise<string> {
  const body = { sessionType: 'componentCoding', context: 'Billing', component: 'Money', executorQueue: null };
  const started = await rig.call('POST', '/v1/sessions', { body });
  return started.body['sessionId'] as string;
}

const commandIdOf = (sessionId: string): Promise<string> =>
  eventually(async () => {
    const { body } = await rig.call('GET', `/v1/sessions/${sessionId}/command`);
    return commandOf(body['next'] as Next).id;
  }, 'a command');

/** One event each. */
async function handOver(sessionId: string, commandId: string, times: number): Promise<void> {
  const path = `/v1/sessions/${sessionId}/lease`;
  for (let time = 0; time < times; time += 1) {
    const body = { commandId, owner: `${'x'.repeat(100)}${randomUUID()}`, ttlMs: 60_000 };
    const taken = await rig.call('POST', path, { body });
    await rig.call('DELETE', `${path}?commandId=${commandId}&number=${taken.body['number'] as number}`);
  }
}

const revisionOf = async (sessionId: string): Promise<number> =>
  (await rig.call('GET', `/v1/sessions/${sessionId}`)).body['revision'] as number;

const upTo = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_one, index) => from + index);

test('a stream has every event once and in order, across reconnects and live changes, and ends with the session', async () => {
  const sessionId = await start();
  const commandId = await commandIdOf(sessionId);
  const seen: number[] = [];
  for (let round = 0; round < 6; round += 1) {
    const last = seen.at(-1);
    const stream = await open(sessionId, last === undefined ? {} : { 'last-event-id': String(last) });
    const work = handOver(sessionId, commandId, 20);
    // Left somewhere in the middle.
    await eventually(async () => stream.ids().length > 3 * round, 'some events');
    stream.leave();
    await work;
    seen.push(...stream.ids());
  }
  const stream = await open(sessionId, { 'last-event-id': String(seen.at(-1)) });
  await rig.call('POST', `/v1/sessions/${sessionId}/cancel`, { body: { reason: 'enough' } });
  await stream.ended;
  expect(stream.text()).toContain('event: end\ndata: {"status":"cancelled"}');
  seen.push(...stream.ids());
  expect(seen).toEqual(upTo(1, await revisionOf(sessionId)));

  const nothing = await open(sessionId, { 'last-event-id': String(seen.at(-1)) });
  expect(nothing.status).toBe(204);
  const replay = await open(sessionId);
  await replay.ended;
  expect(replay.ids()).toEqual(seen);
  const first = /data: (\{.*\})/.exec(replay.text())![1]!;
  expect(JSON.parse(first)).toMatchObject({ revision: 1, type: expect.any(String) as unknown });
});

test('the same events are read by cursor, page by page', async () => {
  const sessionId = await start();
  await handOver(sessionId, await commandIdOf(sessionId), 5);
  const seen: number[] = [];
  let cursor = 0;
  for (;;) {
    const { body } = await rig.call('GET', `/v1/sessions/${sessionId}/events?after=${cursor}&limit=2`);
    const items = body['items'] as { revision: number }[];
    if (items.length === 0) break;
    seen.push(...items.map(({ revision }) => revision));
    cursor = body['cursor'] as number;
  }
  expect(seen).toEqual(upTo(1, seen.length));
  expect(seen.length).toBeGreaterThan(5);
});

test('a quiet stream beats, and ends when its key is revoked', async () => {
  const sessionId = await start();
  const key = await rig.keyOf('viewer');
  const stream = await open(sessionId, {}, key.key);
  await eventually(async () => stream.text().split(': heartbeat').length > 3, 'heartbeats');
  expect((await rig.call('DELETE', `/v1/keys/${key.keyId}`, { key: rig.admin })).status).toBe(204);
  const began = Date.now();
  await stream.ended;
  expect(Date.now() - began).toBeLessThan(4_000);
  expect(stream.text()).toContain(': the key is no longer valid');
});

test('a server that stops ends its streams with a word, lets a running request end, and takes no more', async () => {
  const server = await rig.serve();
  const sessionId = await start();
  const stream = await open(sessionId, {}, rig.viewer, server.url);
  const cursor = await revisionOf(sessionId);
  const waiting = fetch(`${server.url}/v1/sessions/${sessionId}/command?after=${cursor + 50}&waitMs=15000`, {
    headers: { authorization: `Bearer ${rig.viewer}` },
  });
  await new Promise((resolve) => setTimeout(resolve, 300));
  const began = Date.now();
  await server.stop();
  expect(Date.now() - began).toBeLessThan(5_000);
  await stream.ended;
  expect(stream.text()).toContain(': the server stops; connect again');
  expect((await waiting).status).toBe(200);
  await expect(fetch(`${server.url}/healthz`)).rejects.toThrow();
});

test('a reader that takes nothing is dropped, and little is held for it', async () => {
  const big = { at: '', type: 'big', data: 'x'.repeat(10_000) };
  const held: number[] = [];
  let told = 0;
  const server = createServer((_request, response) => {
    const events = async (_scope: unknown, _id: string, after: number) => {
      held.push(response.writableLength);
      return upTo(after + 1, after + 100).map((revision) => ({ ...big, revision: (told = revision) }));
    };
    const ended = new AbortController();
    response.once('close', () => ended.abort());
    const source = { sessionId: 's', scope: rig.scope, times: { heartbeatMs: 300, drainMs: 500 }, ended: ended.signal };
    void streamEvents({ ...source, watch: { ...createSessionWatch(rig.reader), events } }, 0, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const began = Date.now();
  const sent = rawRequest({ port: (server.address() as AddressInfo).port, host: '127.0.0.1' });
  sent.on('response', (response) => response.on('error', () => undefined).pause());
  sent.on('error', () => undefined);
  sent.end();
  const [socket] = (await once(server, 'connection')) as [Socket];
  await once(socket, 'close');
  expect(Date.now() - began).toBeLessThan(5_000);
  // What the two kernels hold, and not a page more.
  expect(told).toBeLessThan(5_000);
  expect(Math.max(...held)).toBeLessThan(100_000);
  sent.destroy();
  server.close();
});

test('a wait for a command ends with the client that waited', async () => {
  const caller = { scope: rig.scope, role: 'viewer', keyId: randomUUID() };
  let ended: () => void = () => undefined;
  const end = new Promise<void>((resolve) => (ended = resolve));
  const app = await createHttpServer({
    access: { authenticate: async () => caller },
    sessions: {
      nextAfter: (_scope: unknown, _id: string, _cursor: number, { signal }: { signal: AbortSignal }) =>
        new Promise<null>((resolve) => signal.addEventListener('abort', () => (ended(), resolve(null)))),
    },
  } as unknown as HttpDeps);
  const address = await app.listen({ port: 0, host: '127.0.0.1' });
  const gone = new AbortController();
  const headers = { authorization: 'Bearer sw_x' };
  void fetch(`${address}/v1/sessions/s/command?after=1&waitMs=20000`, { headers, signal: gone.signal }).catch(
    () => null,
  );
  await new Promise((resolve) => setTimeout(resolve, 200));
  const began = Date.now();
  gone.abort();
  await end;
  expect(Date.now() - began).toBeLessThan(1_000);
  await app.close();
});
