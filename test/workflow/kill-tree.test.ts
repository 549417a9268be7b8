import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { childSessionId } from '../../src/domain/children.js';
import { expectConsistent, logPushes, turnsOf } from '../support/consistency.js';
import { createGates, type Gates } from '../support/gates.js';
import { createRig, type Rig } from '../support/rig.js';
import { endWorkerProcesses, startWorkerProcess } from '../support/worker-process.js';

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

const CHILD = {
  Money: ['Initialize ok', 'GenerateImplementation ok', 'RunTests ok', 'Finalize ok'],
  Invoice: [
    'Initialize ok',
    'GenerateImplementation ok',
    'RunTests tests_failed',
    'FixImplementation ok',
    'RunTests ok',
    'Finalize ok',
  ],
  Receipt: ['Initialize ok', 'GenerateImplementation ok', 'RunTests ok', 'Finalize ok'],
};

/** Starts the example's context; its children's ids are known before they are there. */
async function startContext() {
  const parent = randomUUID();
  const { executorQueue } = rig;
  await rig.client.startSession(parent, rig.input({ sessionType: 'contextCoding', mode: 'agentic', executorQueue }));
  const child = (component: string) => childSessionId(parent, component, 1);
  return { parent, money: child('Money'), invoice: child('Invoice'), receipt: child('Receipt') };
}

async function promptOf(sessionId: string, seq: number) {
  const { command } = (await rig.reader.get(rig.scope, sessionId))!.interactions[seq - 1]!;
  return command?.kind === 'agent' ? command.metadata.prompt : null;
}

test('a worker killed while a child mends and another is merged, and its host lost in the check: all is built and merged once', async () => {
  rig = await createRig('tree, worker killed', { workers: [], files: gates.files });
  logPushes(rig);
  const startWorker = () => startWorkerProcess(rig, ['session', 'executor'], { config: gates.config(rig) });
  const first = await startWorker();
  const { parent, money, invoice, receipt } = await startContext();
  gates.close(`tests.${invoice}`, `agent.${receipt}`);
  await gates.reached(`tests.${invoice}`);
  gates.close(`agent.${invoice}`, 'git.push.after');
  gates.open(`tests.${invoice}`, `agent.${receipt}`);
  await gates.reached(`agent.${invoice}`);
  await gates.reached('git.push.after');
  await first.kill();
  const second = await startWorker();
  await gates.reached(`agent.${invoice}`, 2);
  gates.close(`tests.${parent}`);
  gates.open('git.push.after', `agent.${invoice}`);
  await gates.reached(`tests.${parent}`);
  await second.killHost();
  await rm(rig.config.workspaces, { recursive: true });
  gates.open(`tests.${parent}`);
  await startWorker();

  const outcome = await rig.client.result(parent);
  expect(outcome.children.map(({ component, attempts, fixRounds }) => [component, attempts, fixRounds]).sort()).toEqual(
    [
      ['Invoice', 1, 1],
      ['Money', 1, 0],
      ['Receipt', 1, 0],
    ],
  );
  expect(outcome.pullRequest?.body).toContain('| Invoice | module | 1 | 1 |');
  expect(await turnsOf(rig, parent)).toEqual([
    'Initialize ok',
    'SpawnComponentCodingSessions executor_lost',
    'SpawnComponentCodingSessions ok',
    'Finalize ok',
  ]);
  expect(await turnsOf(rig, money)).toEqual(CHILD.Money);
  expect(await turnsOf(rig, receipt)).toEqual(CHILD.Receipt);
  const mended = CHILD.Invoice.indexOf('FixImplementation ok');
  expect(await turnsOf(rig, invoice)).toEqual(CHILD.Invoice.toSpliced(mended, 0, 'FixImplementation executor_lost'));
  expect(await promptOf(invoice, mended + 2)).toBe(await promptOf(invoice, mended + 1));
  await expectConsistent(rig, parent);
});

test('a session worker killed in the middle of every step kind of a tree leaves no trace', async () => {
  rig = await createRig('tree, session worker killed', { workers: [], files: gates.files });
  logPushes(rig);
  await startWorkerProcess(rig, ['executor'], { config: gates.config(rig) });
  let worker = await startWorkerProcess(rig, ['session']);
  gates.close('git.reset.before');
  const { parent, money, invoice, receipt } = await startContext();
  const stages = [
    ['git.reset.before', `agent.${money}`],
    [`agent.${money}`, `tests.${money}`],
    [`tests.${money}`, `agent.${receipt}`],
    [`agent.${receipt}`, 'git.push.before'],
    ['git.push.before', `tests.${parent}`],
    [`tests.${parent}`, 'git.request-pull.before'],
    ['git.request-pull.before'],
  ] as const;
  for (const [gate, next] of stages) {
    await gates.reached(gate);
    await worker.kill();
    if (next !== undefined) gates.close(next);
    gates.open(gate);
    worker = await startWorkerProcess(rig, ['session']);
  }

  await rig.client.result(parent);
  expect(await turnsOf(rig, parent)).toEqual(['Initialize ok', 'SpawnComponentCodingSessions ok', 'Finalize ok']);
  expect(await turnsOf(rig, money)).toEqual(CHILD.Money);
  expect(await turnsOf(rig, invoice)).toEqual(CHILD.Invoice);
  expect(await turnsOf(rig, receipt)).toEqual(CHILD.Receipt);
  await expectConsistent(rig, parent);
});
