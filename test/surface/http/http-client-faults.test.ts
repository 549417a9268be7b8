import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { openAsBlob } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { createHttpClient, type HttpClient, type ProblemError } from '../../../src/http-client.js';
import { startFaultyProxy, type FaultyProxy } from '../../support/faulty-proxy.js';
import { createHttpRig, type HttpRig } from '../../support/http-rig.js';
import { eventually } from '../../support/manual-client.js';

let rig: HttpRig;
let proxy: FaultyProxy;
let api: HttpClient;
const ends: (() => void)[] = [];

beforeAll(async () => {
  rig = await createHttpRig('http-client-faults', { workers: ['session'] });
  proxy = await startFaultyProxy(rig.url);
  api = createHttpClient({ url: proxy.url, key: rig.admin });
});
afterEach(() => ends.splice(0).forEach((end) => end()));
afterAll(async () => {
  await proxy.close();
  await rig.end();
});

const START = {
  sessionType: 'componentCoding',
  context: 'Billing',
  component: 'Money',
  executorQueue: null,
  onExhausted: 'wait',
} as const;

async function begun(): Promise<{ sessionId: string; commandId: string }> {
  const { sessionId } = await api.startSession(START);
  const commandId = await eventually(async () => {
    const { next } = await api.nextCommand(sessionId);
    return next.kind === 'command' && next.command.id;
  }, 'a command');
  return { sessionId, commandId };
}

/** A server of another kind: what it says is up to the test. */
async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  ends.push(() => (server.closeAllConnections(), server.close()));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const failed = (promise: Promise<unknown>): Promise<ProblemError> =>
  promise.then(
    () => Promise.reject(new Error('it succeeded')),
    (error: unknown) => error as ProblemError,
  );

test('a start whose answers are lost starts one session', async () => {
  const total = async () => (await api.listSessions({ limit: 200 })).items.length;
  const before = await total();
  proxy.plan('refuse', 'lose', 'busy', 'lose');
  proxy.seen.length = 0;
  const { sessionId } = await api.startSession(START);
  const keys = proxy.seen.map(({ headers }) => headers['idempotency-key']);
  expect([keys.length, new Set(keys).size]).toEqual([5, 1]);
  expect(await total()).toBe(before + 1);
  expect((await api.listSessions({ limit: 1 })).items[0]).toMatchObject({ sessionId });
  const other = await api.startSession(START);
  expect(other.sessionId).not.toBe(sessionId);
});

test('a report whose answer is lost is applied once and answered', async () => {
  const { sessionId, commandId } = await begun();
  const failure = { kind: 'command_failed', message: 'no' } as const;
  proxy.plan('lose', 'lose');
  const answer = await api.submitResult(sessionId, { commandId, result: { status: 'error', failure } });
  expect(answer).toMatchObject({ accepted: true, duplicate: true });
  const { items } = await api.listInteractions(sessionId);
  expect(items.filter((one) => one.commandId === commandId)).toHaveLength(1);
  expect((await api.listRejected(sessionId)).items).toEqual([]);
});

test('what is not the same when sent twice is sent once, whatever the answer', async () => {
  const times = new Map<unknown, number>();
  const url = await serve(({ headers }, response) => {
    times.set(headers['x-request-id'], (times.get(headers['x-request-id']) ?? 0) + 1);
    response.writeHead(503, { 'retry-after': '0' }).end();
  });
  const busy = createHttpClient({ url, key: rig.admin, deadlineMs: 3_000 });
  const { events: _events, uploadOutput: _uploadOutput, ...methods } = busy;
  const all = Object.entries(methods) as [string, (...given: unknown[]) => Promise<unknown>][];
  // Nobody reads what is sent.
  const sent = all.map(async ([name, send]) => ({
    name,
    times: times.get((await failed(send('x', {}, {}))).requestId),
  }));
  const onceOnly = (await Promise.all(sent)).filter((one) => one.times === 1).map(({ name }) => name);
  const expected = ['cancelSession', 'createKey', 'createWebhook', 'decide', 'deleteWebhook', 'pingWebhook'];
  expected.push('removeMember', 'replayDelivery', 'rotateKey', 'rotateWebhookSecret');
  expect(onceOnly.sort()).toEqual(expected);
});

test('nothing is sent before Retry-After, and what would end after the deadline is told at once', async () => {
  const at: number[] = [];
  const url = await serve((_request, response) => {
    at.push(performance.now());
    const waitS = at.length === 1 ? 2 : 600;
    response.writeHead(429, { 'retry-after': String(waitS), 'content-type': 'text/html' }).end('<p>slow down');
  });
  const problem = await failed(createHttpClient({ url, key: rig.viewer }).getMe());
  expect(problem).toMatchObject({ status: 429, code: 'unexpected_answer', retryAfterMs: 600_000 });
  expect(at).toHaveLength(2);
  expect(at[1]! - at[0]!).toBeGreaterThanOrEqual(1_950);
});

test('a call ends with its deadline, and with its signal, while the server is silent', async () => {
  const url = await serve(() => undefined);
  const silent = createHttpClient({ url, key: rig.viewer, deadlineMs: 300 });
  expect(await failed(silent.getMe())).toMatchObject({ status: 0, code: 'timed_out' });
  const stop = new AbortController();
  const reason = new Error('not needed any more');
  const waiting = failed(silent.getMe({ signal: stop.signal, deadlineMs: Number.POSITIVE_INFINITY }));
  stop.abort(reason);
  expect(await waiting).toBe(reason);
  const gone = createHttpClient({ url: 'http://127.0.0.1:1', key: rig.viewer, deadlineMs: 600 });
  expect(await failed(gone.getMe())).toMatchObject({ code: 'unreachable', cause: expect.anything() as unknown });
});

test('an answer that is not specwright’s is told as such', async () => {
  const url = await serve((_request, response) =>
    response.writeHead(200, { 'content-type': 'text/html' }).end('<p>hi'),
  );
  const problem = await failed(createHttpClient({ url, key: rig.viewer }).getMe());
  expect(problem).toMatchObject({ status: 200, code: 'unexpected_answer' });
  expect(() => createHttpClient({ url: 'ftp://example.org', key: rig.viewer })).toThrow('url has to begin with');
  expect(() => createHttpClient({ url, key: 'two\nlines' })).toThrow('key has to be');
});

test.each(['bytes', 'file'])('a large output of %s goes on after every break, and comes back exactly', async (kind) => {
  const { sessionId, commandId } = await begun();
  const whole = randomBytes(700_000);
  const path = join(rig.config.dataDir, `upload-${kind}`);
  await writeFile(path, whole);
  const output = { commandId, name: kind, bytes: kind === 'bytes' ? whole : await openAsBlob(path) };
  proxy.plan('lose', 'pass', 'lose', 'pass', 'refuse', 'pass', 'busy', 'pass', 'lose');
  const ref = await api.uploadOutput(sessionId, output);
  expect(ref).toMatchObject({ sha256: createHash('sha256').update(whole).digest('hex'), bytes: 700_000 });
  proxy.plan(100_000);
  expect(Buffer.from(await api.getOutput(ref.id)).equals(whole)).toBe(true);
  expect(await api.uploadOutput(sessionId, output)).toEqual(ref);
});

test('another process goes on with an upload where the first one stopped', async () => {
  const { sessionId, commandId } = await begun();
  const bytes = randomBytes(700_000);
  const output = { commandId, name: 'log', bytes };
  const pieces = () => proxy.seen.filter(({ line }) => line.startsWith('PATCH')).length;
  proxy.plan('pass', 'pass', ...Array.from({ length: 10 }, () => 'refuse' as const));
  proxy.seen.length = 0;
  expect(await failed(api.uploadOutput(sessionId, output, { deadlineMs: 2_000 }))).toMatchObject({
    code: 'unreachable',
  });
  proxy.plan();
  const sent = pieces();
  await createHttpClient({ url: proxy.url, key: rig.admin }).uploadOutput(sessionId, output);
  expect(pieces() - sent).toBe(2);
});

test('the largest output there may be is stored in pieces, named by a report, and read back', async () => {
  const { sessionId, commandId } = await begun();
  const bytes = randomBytes(MAX_OUTPUT_BYTES);
  proxy.plan();
  const ref = await api.uploadOutput(sessionId, { commandId, name: 'log', bytes });
  const failure = { kind: 'command_failed', message: 'see the log' } as const;
  const result = { status: 'error', failure, outputs: [{ name: 'log', ref }] } as const;
  expect(await api.submitResult(sessionId, { commandId, result })).toMatchObject({ accepted: true });
  const read = await api.getOutput(ref.id);
  expect(createHash('sha256').update(read).digest('hex')).toBe(ref.sha256);
  const more = { commandId, name: 'more', sha256: ref.sha256, bytes: MAX_OUTPUT_BYTES + 1 };
  expect(await failed(api.announceUpload(sessionId, more))).toMatchObject({ code: 'invalid_request', status: 400 });
});

const MAX_OUTPUT_BYTES = 50 * 1024 * 1024;
