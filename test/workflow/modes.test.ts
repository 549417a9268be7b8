import { afterEach, expect, test } from '@jest/globals';
import type { Command, Next } from '../../src/client.js';
import { gitIn } from '../support/example.js';
import { commandOf, eventually, ManualClient } from '../support/manual-client.js';
import { recordHistory } from '../support/record-history.js';
import { createRig, type Rig } from '../support/rig.js';

let rig: Rig;
afterEach(() => rig.end());

/** Carries commands out and reports them by update until there is nothing for a client. */
async function drive(client: ManualClient, sessionId: string, first: Command, cwd?: string): Promise<Next> {
  let next: Next = { kind: 'command', command: first };
  while (next.kind === 'command') {
    const report = client.carryOut(next.command, cwd);
    next = (await rig.client.submitResult(sessionId, report)).next;
  }
  return next;
}

test('a manual component is coded by a client alone, the failure of its tests is in the command that mends them', async () => {
  rig = await createRig('manual component', { workers: ['session'] });
  const person = new ManualClient(rig.example, rig.config.dataDir);
  // Money is on main already; Invoice fails its tests first.
  const money = await rig.start({ sessionType: 'componentCoding', component: 'Money' });
  const first = await eventually(async () => commandOf(await rig.client.nextCommand(money)), 'first command');
  await drive(person, money, first);
  gitIn(rig.example.remote, 'update-ref', 'refs/heads/main', gitIn(person.clone, 'rev-parse', 'HEAD'));
  const invoice = await rig.client.startSessionAndWait(
    'manual-invoice',
    rig.input({ sessionType: 'componentCoding', component: 'Invoice' }),
  );
  const end = await drive(person, 'manual-invoice', commandOf(invoice));
  expect(end).toEqual({ kind: 'done', status: 'complete' });
  expect(person.seen.filter(({ sessionId }) => sessionId === 'manual-invoice').map(({ step }) => step)).toEqual([
    'Initialize',
    'GenerateImplementation',
    'RunTests',
    'FixImplementation',
    'RunTests',
    'Finalize',
  ]);
  const fix = person.seen.find(({ step }) => step === 'FixImplementation')!;
  expect(JSON.stringify(fix.script)).toContain('Why the last attempt was not enough');
  const outcome = await rig.client.result('manual-invoice');
  await recordHistory(rig, 'manual-invoice', 'componentCoding.manual');
  expect(outcome).toMatchObject({ status: 'complete', fixRounds: 1, interactions: 6 });
  expect(gitIn(rig.example.remote, 'rev-parse', outcome.branch!)).toBe(outcome.remoteSha);
  expect(await rig.reader.get(rig.scope, 'manual-invoice')).toMatchObject({ status: 'complete', seq: 6 });
});

test('auto hands only agent commands to the client, the executor does the rest', async () => {
  rig = await createRig('auto component');
  const id = await rig.start({
    sessionType: 'componentCoding',
    component: 'Money',
    mode: 'auto',
    executorQueue: rig.executorQueue,
  });
  const agent = await eventually(async () => commandOf(await rig.client.nextCommand(id)), 'agent command');
  expect(agent.step).toBe('GenerateImplementation');
  const person = new ManualClient(rig.example, rig.config.dataDir);
  const { next } = await rig.client.submitResult(id, person.carryOut(agent, agent.cwd));
  expect(next).toMatchObject({ kind: 'wait', on: 'executor' });
  expect((await rig.client.result(id)).status).toBe('complete');
  await recordHistory(rig, id, 'componentCoding.auto');
  expect(person.seen).toHaveLength(1);
});

test('a manual context without an executor: clients get every command of the tree', async () => {
  rig = await createRig('manual context', { workers: ['session'] });
  const person = new ManualClient(rig.example, rig.config.dataDir);
  const id = await rig.start({ sessionType: 'contextCoding' });
  const initialize = await eventually(async () => commandOf(await rig.client.nextCommand(id)), 'Initialize');
  const { next } = await rig.client.submitResult(id, person.carryOut(initialize));
  const spawn = commandOf(next);
  if (spawn.kind !== 'spawn_children') throw new Error(`unexpected ${spawn.kind}`);
  await expect(rig.client.submitResult(id, { commandId: spawn.id, result: { status: 'ok' } })).rejects.toMatchObject({
    refusal: { code: 'children_running', children: spawn.metadata.childSessionIds },
  });
  for (const component of ['Money', 'Invoice', 'Receipt']) {
    const child = spawn.metadata.children.find((planned) => planned.component === component)!;
    const first = await eventually(async () => commandOf(await rig.client.nextCommand(child.sessionId)), component);
    await drive(person, child.sessionId, first);
    gitIn(person.clone, 'switch', '--quiet', spawn.metadata.branch);
    // What dependents start from: the person merges as soon as a child is complete.
    gitIn(person.clone, 'merge', '--quiet', '--no-ff', '-m', `Merge ${component}`, branchOf(person, child.sessionId));
  }
  const merged = await eventually(async () => {
    const { waitingOn } = await rig.client.sessionState(id);
    return waitingOn === 'client';
  }, 'children closed');
  expect(merged).toBe(true);
  expect(await drive(person, id, spawn)).toEqual({ kind: 'done', status: 'complete' });
  const outcome = await rig.client.result(id);
  await recordHistory(rig, id, 'contextCoding.manual');
  expect(gitIn(rig.example.remote, 'rev-parse', outcome.branch!)).toBe(outcome.remoteSha);
});

test('a manual context with an executor: children run there, the parent merges and checks', async () => {
  rig = await createRig('manual context with executor');
  const person = new ManualClient(rig.example, rig.config.dataDir);
  const id = await rig.start({ sessionType: 'contextCoding', executorQueue: rig.executorQueue });
  const initialize = await eventually(async () => commandOf(await rig.client.nextCommand(id)), 'Initialize');
  await rig.client.submitResult(id, person.carryOut(initialize));
  const finalize = await eventually(
    async () => {
      const command = commandOf(await rig.client.nextCommand(id));
      return command.step === 'Finalize' && command;
    },
    'Finalize',
    40,
  );
  expect(await drive(person, id, finalize)).toEqual({ kind: 'done', status: 'complete' });
});

test('the execution mode can be changed while a session runs; an open command stays valid', async () => {
  rig = await createRig('mode change');
  const id = await rig.start({ sessionType: 'componentCoding', component: 'Money', executorQueue: rig.executorQueue });
  const open = await eventually(async () => commandOf(await rig.client.nextCommand(id)), 'Initialize');
  await rig.client.setExecutionMode(id, 'agentic');
  const person = new ManualClient(rig.example, rig.config.dataDir);
  await rig.client.submitResult(id, person.carryOut(open));
  expect((await rig.client.result(id)).status).toBe('complete');
});

function branchOf(person: ManualClient, sessionId: string): string {
  const command = person.seen.find((seen) => seen.sessionId === sessionId)!;
  return (command.metadata as { branch: string }).branch;
}
