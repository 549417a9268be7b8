import { afterEach, expect, test } from '@jest/globals';
import { Client, ServiceError, type WorkflowClientInterceptor } from '@temporalio/client';
import { createSpecwrightClient, type Report, type SpecwrightClient } from '../../src/client.js';
import { connectClient } from '../../src/connect.js';
import { failingReport } from '../support/failing-reports.js';
import { expectConsistent, historyTurnsOf, turnsOf } from '../support/consistency.js';
import { startHeldProxy } from '../support/held-proxy.js';
import { commandOf, eventually, ManualClient } from '../support/manual-client.js';
import { createRig, type Rig } from '../support/rig.js';
import { endWorkerProcesses, startWorkerProcess } from '../support/worker-process.js';

let rig: Rig;
let person: ManualClient;
afterEach(async () => {
  await endWorkerProcesses();
  await rig.end();
});

const startWorker = (address?: string) =>
  startWorkerProcess(rig, ['session'], address === undefined ? {} : { address });

/** A manual session with its first command carried out, but not reported. */
async function withReport(): Promise<{ sessionId: string; report: Report }> {
  const sessionId = await rig.start({ sessionType: 'componentCoding', component: 'Money' });
  const command = await eventually(async () => commandOf(await rig.client.nextCommand(sessionId)), 'a command');
  return { sessionId, report: person.carryOut(command) };
}

/** The client of another service, on a connection of its own, that does not wait long. */
async function hastyClient(address: string): Promise<SpecwrightClient & { close(): Promise<void> }> {
  const temporal = await connectClient(rig.config.temporal, address);
  const client = createSpecwrightClient({ temporal, taskQueue: rig.config.taskQueue, timeoutMs: 1_500 });
  return { ...client, close: () => temporal.connection.close() };
}

const inPostgres = (sessionId: string, seq: number) =>
  eventually(async () => {
    const session = await rig.reader.get(rig.scope, sessionId);
    return session?.seq === seq && session;
  }, `interaction ${seq}`);

const GENERATES = ['Initialize ok', 'GenerateImplementation pending'];

test('a worker killed after Postgres has a turn and before Temporal has it: the next worker finds the same turn', async () => {
  rig = await createRig('killed between', { workers: [] });
  person = new ManualClient(rig.example, rig.config.dataDir);
  const proxy = await startHeldProxy(rig.address);
  const worker = await startWorker(proxy.address);
  const [signalled, updated] = [await withReport(), await withReport()];
  proxy.hold('up');
  await rig.client.reportResult(signalled.sessionId, signalled.report);
  const answering = rig.client.submitResult(updated.sessionId, updated.report);
  const before = [await inPostgres(signalled.sessionId, 2), await inPostgres(updated.sessionId, 2)];
  for (const { sessionId } of before)
    expect(await historyTurnsOf(rig, sessionId)).toEqual(['generateCommand.Initialize']);
  await worker.kill();
  await proxy.close();
  await startWorker();

  const answer = await answering;
  expect(answer.duplicate).toBe(false);
  for (const session of before) {
    const id = session.interactions[1]!.commandId;
    const command = await eventually(
      async () => commandOf(await rig.client.nextCommand(session.sessionId)),
      'a command',
    );
    expect(command.id).toBe(id);
    expect(await rig.reader.get(rig.scope, session.sessionId)).toEqual(session);
    await expectConsistent(rig, session.sessionId);
  }
  expect(commandOf(answer.next).id).toBe(before[1]!.interactions[1]!.commandId);
});

test('reports while no worker is up: a signal waits and is applied once, an update is an error in bounded time', async () => {
  rig = await createRig('no worker', { workers: [] });
  person = new ManualClient(rig.example, rig.config.dataDir);
  const worker = await startWorker();
  const [signalled, updated] = [await withReport(), await withReport()];
  await worker.kill();
  await rig.client.reportResult(signalled.sessionId, signalled.report);
  await rig.client.reportResult(signalled.sessionId, signalled.report);
  await rig.client.reportResult(signalled.sessionId, { ...signalled.report, result: { status: 'error' } });
  const hasty = await hastyClient(rig.address);
  const asked = Date.now();
  await expect(hasty.submitResult(updated.sessionId, updated.report)).rejects.toThrow();
  await expect(hasty.nextCommand(updated.sessionId)).rejects.toThrow();
  expect(Date.now() - asked).toBeLessThan(6_000);
  await hasty.close();
  await startWorker();

  const { next } = await rig.client.submitResult(updated.sessionId, updated.report);
  expect(commandOf(next).step).toBe('GenerateImplementation');
  await inPostgres(signalled.sessionId, 2);
  const { refused } = await rig.client.sessionState(signalled.sessionId);
  expect(refused).toMatchObject({ count: 1, last: [{ code: 'result_conflict', at: expect.any(String) as unknown }] });
  for (const { sessionId } of [signalled, updated]) {
    expect(await turnsOf(rig, sessionId)).toEqual(GENERATES);
    await expectConsistent(rig, sessionId);
  }
});

test('a report whose answer is lost is sent again: the same answer, as a duplicate', async () => {
  rig = await createRig('lost answer', { workers: ['session'] });
  person = new ManualClient(rig.example, rig.config.dataDir);
  const { sessionId, report } = await withReport();
  const proxy = await startHeldProxy(rig.address);
  const hasty = await hastyClient(proxy.address);
  proxy.hold('down');
  await expect(hasty.submitResult(sessionId, report)).rejects.toThrow();
  await hasty.close();
  await proxy.close();
  await inPostgres(sessionId, 2);

  const again = await rig.client.submitResult(sessionId, report);
  expect(again).toMatchObject({ accepted: true, duplicate: true });
  expect(commandOf(again.next)).toEqual(commandOf(await rig.client.nextCommand(sessionId)));
  expect(await rig.client.submitResult(sessionId, report)).toEqual(again);
  await expect(rig.client.submitResult(sessionId, { ...report, result: { status: 'error' } })).rejects.toMatchObject({
    refusal: { code: 'result_conflict', at: expect.any(String) as unknown },
  });
  expect(await turnsOf(rig, sessionId)).toEqual(GENERATES);
  await expectConsistent(rig, sessionId);
});

/** What the server says of an Update while workflow tasks fail, also of one that a worker has and carries out. */
const TASKS_FAIL = 'Unable to perform workflow execution update due to Workflow Task in failed state.';

test('an update that is carried out though the server gave it up is sent again as the same one', async () => {
  rig = await createRig('given up', { workers: ['session'] });
  let sent = 0;
  const givesUp: WorkflowClientInterceptor = {
    async startUpdate(input, next) {
      const answer = await next(input);
      sent += 1;
      if (sent % 2 === 0) return answer;
      const cause = Object.assign(new Error(TASKS_FAIL), { code: 9, details: TASKS_FAIL, metadata: {} });
      throw new ServiceError('Workflow Update failed', { cause });
    },
  };
  const { connection, options } = rig.temporal;
  const temporal = new Client({ connection, namespace: options.namespace, interceptors: { workflow: [givesUp] } });
  const client = createSpecwrightClient({ temporal, taskQueue: rig.config.taskQueue });
  const sessionId = await rig.start({
    sessionType: 'componentCoding',
    component: 'Money',
    onExhausted: 'wait',
    bounds: { initialize: 1 },
  });
  const first = await eventually(async () => commandOf(await client.nextCommand(sessionId)), 'a command');

  expect((await client.submitResult(sessionId, failingReport(first.id, 'no'))).duplicate).toBe(false);
  await client.decide(sessionId, { action: 'retry', userId: 'ops', reason: 'the fault is mended' });
  expect(sent).toBe(4);
  await expectConsistent(rig, sessionId);
});
