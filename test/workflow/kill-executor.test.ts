import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../../src/config.js';
import { expectConsistent, logPushes, turnsOf } from '../support/consistency.js';
import { createGates, type Gates } from '../support/gates.js';
import { createRig, type Rig } from '../support/rig.js';
import { endWorkerProcesses, isAlive, startWorkerProcess } from '../support/worker-process.js';

// Each lost executor costs the 10 s of silence after which it counts as lost.
jest.setTimeout(120_000);

let rig: Rig;
let gates: Gates;
beforeEach(() => {
  gates = createGates();
});
afterEach(async () => {
  gates.end();
  await endWorkerProcesses();
  await rig.end();
});

const startExecutor = (config: Partial<Config> = gates.config(rig)) =>
  startWorkerProcess(rig, ['executor'], { config });

/** Starts an agentic root session on Money whose id the test has chosen. */
async function startMoney(sessionId: string, executorQueue = rig.executorQueue): Promise<void> {
  const input = rig.input({ sessionType: 'componentCoding', component: 'Money', mode: 'agentic', executorQueue });
  await rig.client.startSession(sessionId, input);
}

const STEPS = ['Initialize', 'GenerateImplementation', 'RunTests', 'Finalize'];

/** Complete without a round of fixing, with one lost turn at the step in which its executor was lost. */
async function expectOneTurnLost(sessionId: string, lost: string): Promise<void> {
  expect(await rig.client.result(sessionId)).toMatchObject({ status: 'complete', fixRounds: 0 });
  expect(await turnsOf(rig, sessionId)).toEqual(
    STEPS.flatMap((step) => (step === lost ? [`${step} executor_lost`, `${step} ok`] : [`${step} ok`])),
  );
  await expectConsistent(rig, sessionId);
}

test('an executor killed in the middle of four step kinds: each step is taken once more and nothing is doubled', async () => {
  rig = await createRig('executor killed', { workers: ['session'], files: gates.files });
  logPushes(rig);
  const [preparing, asking, testing, delivering] = STEPS.map(() => randomUUID()) as [string, string, string, string];
  gates.close(`agent.${asking}`, `agent.${delivering}`, `tests.${testing}`);
  const executor = await startExecutor();
  for (const id of [asking, testing, delivering]) await startMoney(id);
  const orphans = [...(await gates.reached(`agent.${asking}`)), ...(await gates.reached(`tests.${testing}`))];
  await gates.reached(`agent.${delivering}`);
  gates.close('git.reset.before');
  await startMoney(preparing);
  await gates.reached('git.reset.before');
  gates.close('git.push.before');
  gates.open(`agent.${delivering}`);
  await gates.reached('git.push.before');

  await executor.kill();
  expect(orphans.map(isAlive)).toEqual([true, true]);
  await startExecutor();
  await gates.reached(`agent.${asking}`, 2);
  await gates.reached(`tests.${testing}`, 2);
  expect(orphans.map(isAlive)).toEqual([false, false]);
  gates.open(`agent.${asking}`, `tests.${testing}`, 'git.reset.before', 'git.push.before');
  for (const [index, id] of [preparing, asking, testing, delivering].entries()) {
    await expectOneTurnLost(id, STEPS[index]!);
  }
});

/** On an executor host of its own, which is killed with everything on it when Finalize stands at the gate. */
async function killedInFinalize(gate: string): Promise<void> {
  const own = createGates();
  const sessionId = randomUUID();
  const executorQueue = `${rig.executorQueue}-${sessionId.slice(0, 8)}`;
  const config = { ...own.config(rig), executorQueue, workspaces: join(rig.config.dataDir, sessionId) };
  own.close(`agent.${sessionId}`);
  const executor = await startExecutor(config);
  await startMoney(sessionId, executorQueue);
  await own.reached(`agent.${sessionId}`);
  // Initialize, which moves refs and pushes as well, is over.
  own.close(gate);
  own.open(`agent.${sessionId}`);
  await own.reached(gate);
  await executor.killHost();
  own.open(gate);
  await startExecutor(config);
  await expectOneTurnLost(sessionId, 'Finalize');
}

/** Silent for so long that it is taken for lost, and then there again with its agent still running. */
async function asleep(): Promise<void> {
  const sessionId = randomUUID();
  gates.close(`agent.${sessionId}`);
  const executor = await startExecutor();
  await startMoney(sessionId);
  const [agent] = await gates.reached(`agent.${sessionId}`);
  executor.freeze();
  await sleep(12_000);
  executor.thaw();
  await gates.reached(`agent.${sessionId}`, 2);
  expect(isAlive(agent!)).toBe(false);
  gates.open(`agent.${sessionId}`);
  await expectOneTurnLost(sessionId, 'GenerateImplementation');
}

test('Finalize killed between commit and push and report is repeated with one commit and one push; one agent at a time after a sleep', async () => {
  rig = await createRig('finalize killed', { workers: ['session'] });
  logPushes(rig);
  const gatesInFinalize = ['git.update-ref.before', 'git.push.after'];
  const ended = await Promise.allSettled([...gatesInFinalize.map(killedInFinalize), asleep()]);
  expect(ended.filter(({ status }) => status === 'rejected')).toEqual([]);
});
