import { afterEach, expect, test } from '@jest/globals';
import { join } from 'node:path';
import { findTemporalCli } from '../../src/dev/temporal-cli.js';
import { startTemporalServer, type TemporalServer } from '../../src/dev/temporal-server.js';
import { inParallel } from '../support/failing-reports.js';
import { commandOf, eventually, ManualClient } from '../support/manual-client.js';
import { recordHistory } from '../support/record-history.js';
import { createRig, testStack, type Rig } from '../support/rig.js';
import { runsOf as countRuns } from '../support/workflow-history.js';

let rig: Rig;
let server: TemporalServer;
afterEach(async () => {
  await rig.end();
  await server.stop();
});

/** A server that suggests continue-as-new after a few events, as a real one does after 4,096. */
async function crampedRig(name: string, events: number, options: Parameters<typeof createRig>[1] = {}): Promise<Rig> {
  const { loadConfig } = await import('../../src/config.js');
  const config = loadConfig({ PATH: process.env['PATH'], HOME: process.env['HOME'] });
  server = await startTemporalServer({
    program: await findTemporalCli(config, () => {}),
    dataDir: join(testStack().dataDir, name),
    inMemory: true,
    dynamicConfig: { 'limit.historyCount.suggestContinueAsNew': events },
  });
  return createRig(name, { ...options, temporalAddress: server.address });
}

const runsOf = (id: string): Promise<number> => countRuns(rig, id);

test('a manual session goes on in a new run: open command, duplicates and bounds are carried', async () => {
  rig = await crampedRig('can-manual', 12, { workers: ['session'] });
  const person = new ManualClient(rig.example, rig.config.dataDir);
  const id = await rig.start({ sessionType: 'componentCoding', component: 'Money' });
  const initialize = await eventually(async () => commandOf(await rig.client.nextCommand(id)), 'Initialize');
  const { next: generate } = await rig.client.submitResult(id, person.carryOut(initialize));
  const report = person.carryOut(commandOf(generate));
  const first = await rig.client.submitResult(id, report);
  await eventually(async () => (await runsOf(id)) > 1, 'a second run');
  const again = await rig.client.submitResult(id, report);
  expect(again).toEqual({ ...first, duplicate: true });
  let next = again.next;
  while (next.kind === 'command') next = (await rig.client.submitResult(id, person.carryOut(next.command))).next;
  expect(next).toEqual({ kind: 'done', status: 'complete' });
  const { interactions } = (await rig.reader.get(rig.scope, id))!;
  expect(interactions.map(({ seq, status }) => [seq, status])).toEqual([
    [1, 'ok'],
    [2, 'ok'],
    [3, 'ok'],
    [4, 'ok'],
  ]);
});

test('a parent with children goes on in a new run: no child is run twice', async () => {
  rig = await crampedRig('can-children', 25);
  const id = await rig.start({ sessionType: 'contextCoding', mode: 'agentic', executorQueue: rig.executorQueue });
  const outcome = await rig.client.result(id);
  expect(await runsOf(id)).toBeGreaterThan(1);
  expect(outcome.status).toBe('complete');
  expect(outcome.children.map(({ attempts }) => attempts)).toEqual([1, 1, 1]);
  const tree = await rig.reader.tree(rig.scope, id);
  expect(tree).toHaveLength(4);
});

test.each([
  ['of many', 1_000, ''],
  ['of long', 5, 'x'.repeat(500_000)],
])('a flood %s refused signals at an open command does not fill the history', async (_name, count, message) => {
  rig = await crampedRig(`can-flood-${count}`, 4_096, { workers: ['session'] });
  const id = await rig.start({ sessionType: 'componentCoding', component: 'Money' });
  const open = await eventually(async () => commandOf(await rig.client.nextCommand(id)), 'Initialize');
  const report = {
    commandId: 'nobody',
    result: { status: 'error', failure: { kind: 'agent_failed', message } },
  } as const;
  await inParallel(Array.from({ length: count }), 10, () => rig.client.reportResult(id, report));
  await eventually(async () => (await runsOf(id)) > 1, 'a second run');
  const { historyLength } = await rig.temporal.workflow.getHandle(id).describe();
  expect(historyLength).toBeLessThan(100);
  expect(commandOf(await rig.client.nextCommand(id)).id).toBe(open.id);
  expect((await rig.client.sessionState(id)).refused.count).toBe(count);
});

test('a refused update that finds the history full leaves no trace: the session can be replayed and goes on', async () => {
  rig = await crampedRig('can-refused', 12, { workers: ['session'] });
  const person = new ManualClient(rig.example, rig.config.dataDir);
  const id = await rig.start({ sessionType: 'componentCoding', component: 'Money' });
  const initialize = await eventually(async () => commandOf(await rig.client.nextCommand(id)), 'Initialize');
  const first = person.carryOut(initialize);
  const { next } = await rig.client.submitResult(id, first);
  for (const commandId of ['nobody', 'nobody else']) {
    const unknown = rig.client.submitResult(id, { commandId, result: { status: 'ok' } });
    await expect(unknown).rejects.toMatchObject({ refusal: { code: 'unknown_interaction' } });
  }
  await recordHistory(rig, id, 'componentCoding.refused-when-full');
  expect(await rig.client.submitResult(id, first)).toMatchObject({ duplicate: true, next });
  await eventually(async () => (await runsOf(id)) > 1, 'a second run');
  expect(commandOf(await rig.client.nextCommand(id)).id).toBe(commandOf(next).id);
});
