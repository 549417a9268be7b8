import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { createSpecwrightClient, type Report } from '../../src/client.js';
import { loadConfig } from '../../src/config.js';
import { startPostgres } from '../../src/dev/postgres.js';
import { findTemporalCli } from '../../src/dev/temporal-cli.js';
import { startTemporalServer } from '../../src/dev/temporal-server.js';
import { setUpDatabase } from '../../src/local-stack.js';
import { expectConsistent, logPushes, turnsOf } from '../support/consistency.js';
import { createGates, type Gates } from '../support/gates.js';
import { startHeldProxy } from '../support/held-proxy.js';
import { commandOf, eventually, ManualClient } from '../support/manual-client.js';
import { createRig, testStack, type Rig } from '../support/rig.js';
import { serverProcess, type ServerProcess } from '../support/server-process.js';
import { endWorkerProcesses, startWorkerProcess } from '../support/worker-process.js';

let rig: Rig;
let gates: Gates;
let postgres: ServerProcess;
let stopPostgres: () => Promise<void>;
let temporal: ServerProcess | null = null;
const { PATH, HOME } = process.env;

/** A Postgres of this file alone; Temporal is the common one until a test brings its own. */
beforeAll(async () => {
  const stack = testStack();
  const dataDir = await mkdtemp(join(stack.dataDir, 'outage-'));
  const server = await startPostgres({ dataDir, throwaway: true });
  const database = await setUpDatabase(loadConfig({ PATH, HOME, SPECWRIGHT_DATA_DIR: dataDir }), server.adminUrl);
  process.env['TEST_STACK'] = JSON.stringify({ ...stack, database });
  postgres = serverProcess(server.pid);
  stopPostgres = () => server.stop();
});
afterAll(async () => {
  await postgres.kill();
  await stopPostgres();
});
beforeEach(() => {
  gates = createGates();
});
afterEach(async () => {
  gates.end();
  await endWorkerProcesses();
  try {
    await rig.end();
  } finally {
    await temporal?.kill();
    temporal = null;
  }
});

/** A manual session with its first command carried out, but not reported. */
async function withReport(): Promise<{ sessionId: string; report: Report }> {
  const sessionId = await rig.start({ sessionType: 'componentCoding', component: 'Money' });
  const person = new ManualClient(rig.example, join(rig.config.dataDir, sessionId));
  return { sessionId, report: person.carryOut(await nextCommand(sessionId)) };
}

/** An agentic session whose agent is at work, and goes on when its gate is opened. */
async function withAgentAtWork(): Promise<{ sessionId: string; gate: string }> {
  const sessionId = randomUUID();
  const gate = `agent.${sessionId}`;
  gates.close(gate);
  const { executorQueue } = rig;
  const input = rig.input({ sessionType: 'componentCoding', component: 'Money', mode: 'agentic', executorQueue });
  await rig.client.startSession(sessionId, input);
  await gates.reached(gate);
  return { sessionId, gate };
}

const nextCommand = (sessionId: string) =>
  eventually(async () => commandOf(await rig.client.nextCommand(sessionId)), 'a command', 30);

/** A Temporal server of the test alone that keeps its state on disk. */
async function startTemporal(): Promise<string> {
  const dataDir = await mkdtemp(join(testStack().dataDir, 'temporal-'));
  const program = await findTemporalCli(loadConfig({ PATH, HOME }), () => undefined);
  const server = await startTemporalServer({ program, dataDir });
  temporal = serverProcess(server.pid);
  return server.address;
}

/** A client that does not wait long. */
const hasty = () =>
  createSpecwrightClient({ temporal: rig.temporal, taskQueue: rig.config.taskQueue, timeoutMs: 1_500 });

/** The session says that it waits for the system, and Temporal shows the activity that is tried again and again. */
async function expectWaitsForSystem(sessionId: string, activity: string): Promise<void> {
  await eventually(async () => (await rig.client.sessionState(sessionId)).waitingOn === 'system', 'waiting on system');
  await eventually(async () => {
    const { raw } = await rig.temporal.workflow.getHandle(sessionId).describe();
    return raw.pendingActivities?.some(({ activityType, attempt }) => activityType?.name === activity && attempt! > 1);
  }, `${activity} tried again`);
}

const MANUAL = ['Initialize ok', 'GenerateImplementation pending'];
const AGENTIC = ['Initialize ok', 'GenerateImplementation ok', 'RunTests ok', 'Finalize ok'];

test('Postgres killed while sessions run: they say that they wait for the system, and go on by themselves', async () => {
  rig = await createRig('postgres killed', { workers: [], files: gates.files });
  logPushes(rig);
  await startWorkerProcess(rig, ['session', 'executor'], { config: gates.config(rig) });
  const [manual, agentic] = [await withReport(), await withAgentAtWork()];
  await postgres.kill();
  gates.open(agentic.gate);
  await rig.client.reportResult(manual.sessionId, manual.report);
  await expectWaitsForSystem(manual.sessionId, 'validateResult.Initialize');
  postgres.restart();

  expect((await nextCommand(manual.sessionId)).step).toBe('GenerateImplementation');
  expect((await rig.client.result(agentic.sessionId)).status).toBe('complete');
  expect(await turnsOf(rig, manual.sessionId)).toEqual(MANUAL);
  expect(await turnsOf(rig, agentic.sessionId)).toEqual(AGENTIC);
  await expectConsistent(rig, manual.sessionId);
  await expectConsistent(rig, agentic.sessionId);
});

test('Postgres frozen with reports on their way: what it carries out when it wakes up is not done again', async () => {
  rig = await createRig('postgres frozen', { workers: ['session'] });
  const [signalled, updated] = [await withReport(), await withReport()];
  postgres.freeze();
  await rig.client.reportResult(signalled.sessionId, signalled.report);
  const answering = rig.client.submitResult(updated.sessionId, updated.report);
  for (const { sessionId } of [signalled, updated]) await expectWaitsForSystem(sessionId, 'validateResult.Initialize');
  postgres.thaw();

  expect(commandOf((await answering).next).step).toBe('GenerateImplementation');
  expect((await nextCommand(signalled.sessionId)).step).toBe('GenerateImplementation');
  for (const { sessionId, report } of [signalled, updated]) {
    expect(await rig.client.submitResult(sessionId, report)).toMatchObject({ duplicate: true });
    expect(await turnsOf(rig, sessionId)).toEqual(MANUAL);
    await expectConsistent(rig, sessionId);
  }
});

test('Temporal killed while sessions run: clients get an error in bounded time, and afterwards everything goes on', async () => {
  const temporalAddress = await startTemporal();
  rig = await createRig('temporal killed', { workers: [], files: gates.files, temporalAddress });
  logPushes(rig);
  await startWorkerProcess(rig, ['session', 'executor'], { config: gates.config(rig) });
  const [manual, agentic] = [await withReport(), await withAgentAtWork()];
  await temporal!.kill();
  gates.open(agentic.gate);
  const asked = Date.now();
  await expect(hasty().reportResult(manual.sessionId, manual.report)).rejects.toThrow();
  await expect(hasty().submitResult(manual.sessionId, manual.report)).rejects.toThrow();
  expect(Date.now() - asked).toBeLessThan(6_000);
  temporal!.restart();

  const answer = await eventually(() => rig.client.submitResult(manual.sessionId, manual.report), 'an answer', 30);
  expect(commandOf(answer.next).step).toBe('GenerateImplementation');
  expect((await rig.client.result(agentic.sessionId)).status).toBe('complete');
  expect(await turnsOf(rig, manual.sessionId)).toEqual(MANUAL);
  expect(await turnsOf(rig, agentic.sessionId)).toEqual(AGENTIC);
  await expectConsistent(rig, manual.sessionId);
  await expectConsistent(rig, agentic.sessionId);
});

test('a report that Postgres has and Temporal lost counts: another one is a conflict, the same one a duplicate', async () => {
  const temporalAddress = await startTemporal();
  rig = await createRig('temporal forgot', { workers: [], temporalAddress });
  const proxy = await startHeldProxy(temporalAddress);
  const worker = await startWorkerProcess(rig, ['session'], { address: proxy.address });
  const { sessionId, report } = await withReport();
  proxy.hold('up');
  const unanswered = expect(hasty().submitResult(sessionId, report)).rejects.toThrow();
  await eventually(async () => (await rig.reader.get(rig.scope, sessionId))?.seq === 2, 'the turn in Postgres');
  await temporal!.kill();
  await worker.kill();
  await proxy.close();
  await unanswered;
  temporal!.restart();
  await startWorkerProcess(rig, ['session']);

  expect((await nextCommand(sessionId)).step).toBe('Initialize');
  const other = { ...report, result: { status: 'error' as const } };
  const conflict = { refusal: { code: 'result_conflict' } };
  await expect(rig.client.submitResult(sessionId, other)).rejects.toMatchObject(conflict);
  await expect(rig.client.submitResult(sessionId, other)).rejects.toMatchObject(conflict);
  expect(await rig.client.submitResult(sessionId, report)).toMatchObject({ accepted: true, duplicate: true });
  expect(await turnsOf(rig, sessionId)).toEqual(MANUAL);
  await expectConsistent(rig, sessionId);
});
