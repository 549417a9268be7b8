import { afterEach, expect, test } from '@jest/globals';
import { NativeConnection, Worker } from '@temporalio/worker';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createDoctor, type Doctor, type Stuck } from '../../src/api/doctor.js';
import { createMirrorCheck } from '../../src/api/mirror-check.js';
import type { Command } from '../../src/client.js';
import { createDatabaseProbe } from '../../src/store/database-probe.js';
import { createMirrorReader } from '../../src/store/mirror-reader.js';
import { createPool } from '../../src/store/pool.js';
import { createExecutions } from '../../src/temporal/executions.js';
import { createTemporalProbe } from '../../src/temporal/temporal-probe.js';
import { holdRow } from '../support/hold-rows.js';
import { commandOf, eventually, ManualClient } from '../support/manual-client.js';
import { operatorOf } from '../support/operator.js';
import { plant } from '../support/plant.js';
import { createRig, testStack, type Rig } from '../support/rig.js';

let rig: Rig;
let doctor: Doctor;
let close: () => Promise<void>;
afterEach(async () => {
  await close();
  await rig.end();
});

async function call(name: string, workers: readonly ('session' | 'executor')[]): Promise<void> {
  rig = await createRig(name, { workers, reconcileEveryMs: null });
  const readPool = createPool(testStack().database.roUrl);
  const executions = createExecutions(rig.temporal, rig.config.taskQueue);
  doctor = createDoctor({
    temporal: createTemporalProbe(rig.temporal),
    database: createDatabaseProbe(readPool),
    mirror: createMirrorCheck({ executions, rows: createMirrorReader(readPool), pause }),
    taskQueue: rig.config.taskQueue,
    executorQueue: rig.executorQueue,
    now: () => Date.now(),
  });
  close = () => readPool.end();
}

const atCommand = (id: string): Promise<Command> =>
  eventually(async () => commandOf(await rig.client.nextCommand(id)), `a command of ${id}`);

async function coding(more: object = {}): Promise<string> {
  return rig.start({ sessionType: 'componentCoding', component: 'Money', ...more });
}

const causes = (found: readonly Stuck[], id: string): readonly string[] =>
  found.filter(({ sessionId }) => sessionId === id).map(({ cause }) => cause);

const found = (id: string, cause: string, seconds = 40): Promise<Stuck> =>
  eventually(
    async () => (await doctor.stuck(rig.scope)).find((stuck) => stuck.sessionId === id && stuck.cause === cause),
    `${id} is stuck by ${cause}`,
    seconds,
  );

test('planted kinds of stuck are found by session and cause, each with the next action; what goes on is not named', async () => {
  await call('doctor waits', ['session']);
  const well = await coding();
  await atCommand(well);
  const executorless = await coding({ mode: 'agentic', executorQueue: `${rig.executorQueue}-gone` });
  const undecided = await coding({ onExhausted: 'wait', bounds: { initialize: 1 } });
  const { id: commandId } = await atCommand(undecided);
  const failure = { kind: 'blocked' as const, message: 'no way' };
  await rig.client.reportResult(undecided, { commandId, result: { status: 'error', failure } });
  const silent = await coding();
  await atCommand(silent);
  await plant(rig, `UPDATE sessions SET waiting_since = now() - interval '3 days' WHERE session_id = $1`, [silent]);
  const parked = await coding();
  await atCommand(parked);
  await plant(
    rig,
    `UPDATE sessions SET waiting_on = 'quota', waiting_reason = 'the agent''s quota is spent; going on at 2099-01-01T00:00:00.000Z'
     WHERE session_id = $1`,
    [parked],
  );
  const ended = await coding();
  await atCommand(ended);
  await operatorOf(rig).terminate(ended);
  await eventually(async () => (await rig.client.sessionState(undecided)).waitingOn === 'decision', 'the spent bound');
  await eventually(
    async () => (await rig.reader.get(rig.scope, executorless))?.waitingOn === 'executor',
    'the command for an executor',
  );
  const stuck = await doctor.stuck(rig.scope);
  expect({
    well: causes(stuck, well),
    executorless: causes(stuck, executorless),
    undecided: causes(stuck, undecided),
    silent: causes(stuck, silent),
    parked: causes(stuck, parked),
    ended: causes(stuck, ended),
  }).toEqual({
    well: [],
    executorless: ['no_executor'],
    undecided: ['decision_needed'],
    silent: ['client_silent'],
    // The plant makes the row say what Temporal does not.
    parked: ['differs_from_temporal', 'quota_far_away'],
    ended: ['differs_from_temporal'],
  });
  expect(stuck.every(({ next }) => next.length > 20)).toBe(true);
  expect(stuck.find(({ sessionId }) => sessionId === executorless)!.next).toContain(`${rig.executorQueue}-gone`);
}, 90_000);

test('an activity that Postgres lets wait, and a workflow whose code has changed, are found with what went wrong', async () => {
  await call('doctor failures', []);
  const workers = await rig.startWorkers(['session']);
  const hung = await coding();
  const { id: commandId } = await atCommand(hung);
  await holdRow(rig, hung, async () => {
    await rig.client.reportResult(hung, { commandId, result: { status: 'ok' } });
    const { detail } = await found(hung, 'activity_retrying');
    expect(detail).toMatch(/validateResult\.Initialize was tried \d+ times: .*(lock|timeout)/);
  });
  const changed = await coding();
  const person = new ManualClient(rig.example, rig.config.dataDir);
  await rig.client.submitResult(changed, person.carryOut(await atCommand(changed)));
  await workers.stop();
  const connection = await NativeConnection.connect({ address: rig.address });
  const broken = await Worker.create({
    connection,
    taskQueue: rig.config.taskQueue,
    workflowsPath: fileURLToPath(new URL('../replay/broken-twin.ts', import.meta.url)),
  });
  const run = broken.run();
  await rig.client.cancel(changed, { userId: 'ops', reason: 'to wake it' });
  const { detail, next } = await found(changed, 'workflow_task_failing');
  expect(detail).toMatch(/tried \d+ times: .*(determinis|history|not)/i);
  expect(next).toContain('nothing is lost');
  broken.shutdown();
  await run;
  await connection.close();
  await rig.startWorkers(['session']);
  await rig.client.result(changed).catch(() => undefined);
}, 120_000);

test('the checks say what answers and what polls, and what to do where nobody does', async () => {
  await call('doctor checks', ['session']);
  const checks = await eventually(async () => {
    const found = await doctor.checks();
    return found.some(({ name, ok }) => name === 'session worker' && ok) && found;
  }, 'the worker polls');
  expect(checks.map(({ name, ok }) => [name, ok])).toEqual([
    ['specwright', true],
    ['temporal', true],
    ['search attributes', true],
    ['session worker', true],
    ['executor', false],
    ['postgres', true],
    ['schema', true],
  ]);
  expect(checks[4]!.fix).toContain('--role executor');
  expect(checks[5]!.detail).toMatch(/answers, \d+/);
});
