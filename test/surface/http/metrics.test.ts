import { randomUUID } from 'node:crypto';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startMetrics, type ProcessMetrics } from '../../../src/process-metrics.js';
import { createGates, type Gates } from '../../support/gates.js';
import { holdRow } from '../../support/hold-rows.js';
import { createHttpRig, send, type HttpRig } from '../../support/http-rig.js';
import { eventually } from '../../support/manual-client.js';
import { scrape } from '../../support/scrape.js';
import { endWorkerProcesses, startWorkerProcess, type WorkerProcess } from '../../support/worker-process.js';

const ANY_PORT = { metricsAddress: { host: '127.0.0.1', port: 0 } };
const START = { sessionType: 'componentCoding', context: 'Billing', component: 'Money', onExhausted: 'fail' };

let rig: HttpRig;
let gates: Gates;
let api: ProcessMetrics;
let worker: WorkerProcess;
let url: string;

/** Two processes, each with its own metrics: the API here, session worker and executor in another. */
beforeAll(async () => {
  gates = createGates();
  rig = await createHttpRig('metrics', { workers: [] });
  worker = await startWorkerProcess(rig, ['session', 'executor'], { config: { ...gates.config(rig), ...ANY_PORT } });
  api = (await startMetrics(ANY_PORT, ['http']))!;
  ({ url } = await rig.serve({ telemetry: api.telemetry }));
}, 120_000);
afterAll(async () => {
  gates.end();
  await endWorkerProcesses();
  await rig.end();
  await api.stop();
});

const call = (method: string, path: string, body?: unknown, key: string | null = rig.developer) =>
  send(`${url}${path}`, method, { key, ...(body === undefined ? {} : { body }) });
const start = async (mode: 'manual' | 'agentic'): Promise<string> => {
  const executorQueue = mode === 'manual' ? null : rig.executorQueue;
  const { body } = await call('POST', '/v1/sessions', { ...START, mode, executorQueue });
  return body['sessionId'] as string;
};

/** Of every session of this Task Queue, as the rows have it: how many there are of each combination. */
async function counted(status: 'active' | 'closed'): Promise<Record<string, number>> {
  const { items: sessions } = await rig.reader.list(rig.scope, {}, { limit: 100 });
  const counts: Record<string, number> = {};
  for (const session of sessions.filter((one) => (one.status === 'active') === (status === 'active'))) {
    const last = status === 'active' ? session.waitingOn : session.status;
    const key = `${session.type} ${session.step ?? 'none'} ${last ?? 'system'}`;
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}

async function scraped(name: string, last: string): Promise<Record<string, number>> {
  const samples = (await scrape(worker.metricsUrl)).samples(name);
  return Object.fromEntries(
    samples.map(({ labels, value }) => [`${labels['session_type']} ${labels['step']} ${labels[last]}`, value]),
  );
}

test('after real sessions the scrape says what the rows say: active by what they wait for, closed by how they ended', async () => {
  const [complete, manual, cancelled] = [await start('agentic'), await start('manual'), await start('manual')];
  expect((await rig.client.result(complete)).status).toBe('complete');
  await call('POST', `/v1/sessions/${cancelled}/cancel`, { reason: 'not needed' });
  await eventually(async () => {
    const { items: sessions } = await rig.reader.list(rig.scope, {}, { limit: 100 });
    return (
      sessions.every(({ waitingOn }) => waitingOn === null || waitingOn === 'client') &&
      sessions.filter(({ status }) => status === 'active').length === 1
    );
  }, 'the rows at rest');
  expect(await scraped('specwright_active_sessions', 'waiting_on')).toEqual(await counted('active'));
  expect(await scraped('specwright_closed_sessions_last_day', 'status')).toEqual(await counted('closed'));
  expect(await counted('closed')).toEqual({
    'componentCoding Finalize complete': 1,
    'componentCoding Initialize cancelled': 1,
  });
  const { sum, text } = await scrape(worker.metricsUrl);
  expect(sum('specwright_open_commands', { kind: 'prepare_workspace' })).toBe(1);
  const { waitingSince } = (await rig.reader.get(rig.scope, manual))!;
  const waited = (Date.now() - Date.parse(waitingSince!)) / 1_000;
  expect(sum('specwright_oldest_wait_seconds', { waiting_on: 'client' })).toBeGreaterThan(0);
  expect(sum('specwright_oldest_wait_seconds', { waiting_on: 'client' })).toBeLessThan(waited + 5);
  expect(sum('specwright_oldest_wait_seconds', { waiting_on: 'decision' })).toBe(0);
  expect(sum('specwright_read_model_up')).toBe(1);
  const completed = { workflow_type: 'componentCoding' };
  expect(sum('temporal_workflow_completed_total', completed)).toBe(1);
  expect(sum('process_cpu_seconds_total')).toBeGreaterThan(0);
  const { accountId, projectId, userId } = rig.scope;
  for (const id of [complete, manual, cancelled, accountId, projectId, userId]) expect(text).not.toContain(id);
});

test('refusals are counted by code where they are answered, and those of sessions where nobody is answered', async () => {
  const sessionId = await start('manual');
  const before = [await scrape(api.url), await scrape(worker.metricsUrl)] as const;
  const report = { commandId: randomUUID(), result: { status: 'ok' as const } };
  const results = `/v1/sessions/${sessionId}/results`;
  expect((await call('POST', results, report)).status).toBe(404);
  expect((await call('POST', results, { nonsense: 1 })).status).toBe(400);
  expect((await call('POST', results, report, 'sw_wrong')).status).toBe(401);
  expect((await call('GET', '/v1/nothing/here')).status).toBe(404);
  await rig.client.reportResult(sessionId, report);
  const { sum, samples } = await scrape(api.url);
  for (const code of ['unknown_interaction', 'invalid_request', 'unauthorized', 'route_not_found']) {
    const labels = { surface: 'http', code };
    expect([
      code,
      sum('specwright_refusals_total', labels) - before[0].sum('specwright_refusals_total', labels),
    ]).toEqual([code, 1]);
  }
  const count = 'specwright_http_request_duration_seconds_count';
  const refused = { operation: 'submitResult', status: '404' };
  expect(sum(count, refused) - before[0].sum(count, refused)).toBe(1);
  expect(sum(count, { operation: 'none', status: '404' })).toBe(1);
  const paths = samples(count).filter(({ labels }) => /[0-9a-f]{8}-|\?/.test(labels['operation']!));
  expect(paths).toEqual([]);
  // Once over HTTP, by update; once by signal.
  const refusals = { code: 'unknown_interaction' };
  await eventually(async () => {
    const now = (await scrape(worker.metricsUrl)).sum('specwright_session_refusals_total', refusals);
    return now - before[1].sum('specwright_session_refusals_total', refusals) === 2;
  }, 'both refusals of the session');
});

test('the slots of an executor are those in use and those free, and event readers are counted while they read', async () => {
  const sessionId = randomUUID();
  gates.close(`agent.${sessionId}`);
  const slots = async (state: string) => (await scrape(worker.metricsUrl)).sum('specwright_executor_slots', { state });
  expect([await slots('used'), await slots('free')]).toEqual([0, 8]);
  const agentic = { mode: 'agentic', executorQueue: rig.executorQueue, component: 'Money' } as const;
  await rig.client.startSession(sessionId, rig.input({ sessionType: 'componentCoding', ...agentic }));
  await gates.reached(`agent.${sessionId}`);
  expect([await slots('used'), await slots('free')]).toEqual([1, 7]);

  const readers = async () => (await scrape(api.url)).sum('specwright_event_readers');
  const gone = new AbortController();
  const headers = { authorization: `Bearer ${rig.viewer}`, accept: 'text/event-stream' };
  for (const _ of [1, 2]) await fetch(`${url}/v1/sessions/${sessionId}/events`, { headers, signal: gone.signal });
  expect(await readers()).toBe(2);
  gone.abort();
  await eventually(async () => (await readers()) === 0, 'no readers');
  gates.open(`agent.${sessionId}`);
  expect((await rig.client.result(sessionId)).status).toBe('complete');
  await eventually(async () => (await slots('used')) === 0, 'free slots');
});

test('a write that had to wait for its row is mirror lag, and its failed try is counted', async () => {
  const sessionId = await start('manual');
  const command = await eventually(async () => {
    const next = await rig.client.nextCommand(sessionId);
    return next.kind === 'command' && next.command;
  }, 'a command');
  const lag = async (le: string) =>
    (await scrape(worker.metricsUrl)).sum('specwright_mirror_lag_seconds_bucket', { write: 'validateResult', le });
  const slow = async () => (await lag('+Inf')) - (await lag('1'));
  const failures = async () =>
    (await scrape(worker.metricsUrl)).sum('specwright_mirror_failures_total', { write: 'validateResult' });
  const before = [await slow(), await failures()] as const;
  await holdRow(rig, sessionId, async () => {
    await rig.client.reportResult(sessionId, { commandId: command.id, result: { status: 'ok' } });
    await eventually(async () => (await failures()) >= before[1] + 2, 'two tries that failed', 40);
  });
  await eventually(async () => (await slow()) === before[0] + 1, 'one slow write');
});

test('an address that is taken is an error that names the variable and what to do', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => void other.listen(0, '127.0.0.1', resolve));
  const { port } = other.address() as AddressInfo;
  const metricsAddress = { host: '127.0.0.1', port };
  await expect(startMetrics({ metricsAddress }, ['http'])).rejects.toThrow(
    `SPECWRIGHT_METRICS_ADDRESS 127.0.0.1:${port} is taken by another process; give each process`,
  );
  other.close();
  await expect(startMetrics({ metricsAddress: { host: '192.0.2.1', port: 0 } }, ['http'])).rejects.toThrow(
    'SPECWRIGHT_METRICS_ADDRESS 192.0.2.1:0 is no address of this host',
  );
  expect(await startMetrics({ metricsAddress: null }, ['http'])).toBeNull();
});

test('metrics are not on the port of the API, and nothing else is on theirs', async () => {
  expect((await call('GET', '/metrics')).status).toBe(404);
  expect((await fetch(api.url.replace('/metrics', '/v1/me'))).status).toBe(404);
  expect((await fetch(api.url, { method: 'POST' })).status).toBe(405);
  expect((await fetch(api.url)).headers.get('content-type')).toContain('text/plain');
});
