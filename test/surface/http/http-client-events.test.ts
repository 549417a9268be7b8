import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { createHttpClient, type HttpClient, type SessionEvent } from '../../../src/http-client.js';
import { startFaultyProxy, type FaultyProxy } from '../../support/faulty-proxy.js';
import { createHttpRig, type HttpRig } from '../../support/http-rig.js';
import { eventually } from '../../support/manual-client.js';

let rig: HttpRig;
let proxy: FaultyProxy;
let api: HttpClient;
const ends: (() => void)[] = [];

beforeAll(async () => {
  rig = await createHttpRig('http-client-events', { workers: ['session'] });
  proxy = await startFaultyProxy(rig.url);
  api = createHttpClient({ url: rig.url, key: rig.admin });
});
afterEach(() => ends.splice(0).forEach((end) => end()));
afterAll(async () => {
  await proxy.close();
  await rig.end();
});

async function begun(): Promise<{ sessionId: string; commandId: string }> {
  const subject = { sessionType: 'componentCoding', context: 'Billing', component: 'Money' } as const;
  const { sessionId } = await api.startSession({ ...subject, executorQueue: null });
  const commandId = await eventually(async () => {
    const { next } = await api.nextCommand(sessionId);
    return next.kind === 'command' && next.command.id;
  }, 'a command');
  return { sessionId, commandId };
}

/** Two events each time: nobody's lease, and another holder's. */
async function handOver(sessionId: string, commandId: string, times: number): Promise<void> {
  for (let time = 0; time < times; time += 1) {
    const { number } = await api.takeCommand(sessionId, { commandId, owner: `holder ${time}`, ttlMs: 60_000 });
    await api.releaseCommand(sessionId, { commandId, number });
  }
}

async function all(events: AsyncIterable<SessionEvent>): Promise<readonly SessionEvent[]> {
  const seen: SessionEvent[] = [];
  for await (const event of events) seen.push(event);
  return seen;
}

async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  ends.push(() => (server.closeAllConnections(), server.close()));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('events come once and in order over connections that break, and end with the session', async () => {
  const { sessionId, commandId } = await begun();
  await handOver(sessionId, commandId, 5);
  // The stream is cut in the middle of events, its server is away, and its answer is lost.
  proxy.plan(700, 'busy', 900, 'refuse', 300);
  const reading = all(createHttpClient({ url: proxy.url, key: rig.viewer }).events(sessionId));
  await handOver(sessionId, commandId, 5);
  await api.cancelSession(sessionId, { reason: 'a test' });
  const seen = await reading;
  const { items } = await api.listEvents(sessionId, { limit: 1_000 });
  expect(seen).toEqual(items);
  expect(seen.length).toBeGreaterThan(10);
  expect(proxy.seen.filter(({ line }) => line.endsWith('/events')).length).toBeGreaterThan(5);
  expect(await all(api.events(sessionId, { after: items.at(-2)!.revision }))).toEqual(items.slice(-1));
  expect(await all(api.events(sessionId, { after: items.at(-1)!.revision }))).toEqual([]);
}, 90_000);

test('a reader goes on when the server is stopped and another takes its place, and ends when its key is revoked', async () => {
  const { sessionId, commandId } = await begun();
  const key = await rig.keyOf('viewer');
  const [first, second] = [await rig.serve(), await rig.serve()];
  let url = first.url;
  // What a load balancer does.
  const balanced: typeof fetch = (input, init) => fetch((input as string).replace(first.url, url), init);
  const seen: SessionEvent[] = [];
  const reading = (async () => {
    const reader = createHttpClient({ url, key: key.key, fetch: balanced });
    for await (const event of reader.events(sessionId)) seen.push(event);
  })().catch((error: unknown) => error);
  await eventually(async () => seen.length > 0, 'events');
  url = second.url;
  await first.stop();
  await handOver(sessionId, commandId, 1);
  const { items } = await api.listEvents(sessionId, { limit: 1_000 });
  await eventually(async () => seen.length === items.length, 'all events');
  await api.revokeKey(key.keyId);
  expect(await reading).toMatchObject({ name: 'ProblemError', status: 401, code: 'unauthorized' });
  expect(seen).toEqual(items);
});

test('a foreign session is told at once, and a server that stays away after the deadline', async () => {
  await expect(all(api.events('nobody'))).rejects.toMatchObject({ status: 404, code: 'session_not_found' });
  const gone = createHttpClient({ url: 'http://127.0.0.1:1', key: rig.viewer });
  await expect(all(gone.events('nobody', { deadlineMs: 800 }))).rejects.toMatchObject({ code: 'unreachable' });
});

test('a reader can leave: by break, which closes the connection, and by its signal', async () => {
  const { sessionId } = await begun();
  let [opened, closed] = [0, 0];
  const url = await serve((_request, response) => {
    opened += 1;
    response.on('close', () => (closed += 1));
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('id: 1\nevent: opened\ndata: {"revision":1,"at":"","type":"opened","data":{}}\n\n');
  });
  const reader = createHttpClient({ url, key: rig.viewer });
  for await (const { revision } of reader.events('s')) {
    expect(revision).toBe(1);
    break;
  }
  await eventually(async () => closed === 1, 'the closed connection');
  const stop = new AbortController();
  const waiting = all(api.events(sessionId, { signal: stop.signal })).catch((error: unknown) => error);
  stop.abort(new Error('enough'));
  expect(await waiting).toMatchObject({ message: 'enough' });
  // One that says nothing any more is left for a new one.
  const end = new AbortController();
  const quiet = all(reader.events('s', { silenceMs: 200, signal: end.signal })).catch((error: unknown) => error);
  await eventually(async () => opened >= 3, 'a new connection');
  end.abort(new Error('enough'));
  expect(await quiet).toMatchObject({ message: 'enough' });
});

test('a slow reader holds the server up instead of filling its memory, and an endless event is refused', async () => {
  const text = 'x'.repeat(10_000);
  let written = 0;
  const stream: (...given: Parameters<RequestListener>) => Promise<void> = async (request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    if (request.url?.includes('endless')) {
      response.write('id: 1\ndata: ');
      while (!response.destroyed && (response.write(text) || (await once(response, 'drain').catch(() => null))));
    }
    while (!response.destroyed && written < 50_000) {
      written += 1;
      const event = { revision: written, at: '', type: 'big', data: text };
      if (!response.write(`id: ${written}\ndata: ${JSON.stringify(event)}\n\n`)) {
        await Promise.race([once(response, 'drain'), once(response, 'close')]);
      }
    }
  };
  const url = await serve((request, response) => void stream(request, response));
  const reader = createHttpClient({ url, key: rig.viewer });
  let read = 0;
  for await (const { revision } of reader.events('s')) {
    expect(revision).toBe((read += 1));
    await new Promise((resolve) => setTimeout(resolve, 50));
    if (read === 20) break;
  }
  // What two kernels and a stream hold: 500 MB would have been there to be had.
  expect(written).toBeLessThan(2_000);
  await expect(all(reader.events('endless'))).rejects.toMatchObject({ code: 'event_too_large' });
});
