import { afterEach, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { createMirrorCheck, type MirrorCheck } from '../../src/api/mirror-check.js';
import type { Command } from '../../src/client.js';
import { createMirrorReader } from '../../src/store/mirror-reader.js';
import { createPool } from '../../src/store/pool.js';
import { createExecutions } from '../../src/temporal/executions.js';
import { holdClosing } from '../support/hold-rows.js';
import { commandOf, eventually, ManualClient } from '../support/manual-client.js';
import { driveTree } from '../support/manual-tree.js';
import { operatorOf } from '../support/operator.js';
import { plant } from '../support/plant.js';
import { createRig, testStack, type Rig } from '../support/rig.js';

let rig: Rig;
let check: MirrorCheck;
let close: () => Promise<void>;
afterEach(async () => {
  await close();
  await rig.end();
});

async function verifier(name: string): Promise<void> {
  rig = await createRig(name, { workers: ['session'], reconcileEveryMs: null });
  const readPool = createPool(testStack().database.roUrl);
  const executions = createExecutions(rig.temporal, rig.config.taskQueue);
  check = createMirrorCheck({ executions, rows: createMirrorReader(readPool), pause });
  close = () => readPool.end();
}

const atCommand = (id: string, step: string): Promise<Command> =>
  eventually(async () => {
    const command = commandOf(await rig.client.nextCommand(id));
    return command.step === step && command;
  }, `${step} of ${id}`);

async function coding(): Promise<string> {
  const id = await rig.start({ sessionType: 'componentCoding', component: 'Money' });
  await atCommand(id, 'Initialize');
  return id;
}

/** A context at its children, one of which is at work. */
async function withChildren(): Promise<string> {
  const id = await rig.start({ sessionType: 'contextCoding' });
  const person = new ManualClient(rig.example, `${rig.config.dataDir}/${id}`);
  await rig.client.submitResult(id, person.carryOut(await atCommand(id, 'Initialize')));
  await eventually(async () => {
    const { children } = (await rig.reader.get(rig.scope, id))!;
    return children.some(({ waitingOn }) => waitingOn === 'client');
  }, 'a child at work');
  return id;
}

const kinds = async (id: string): Promise<readonly string[]> => {
  const { differences } = await check.verify(rig.scope, id);
  expect(differences.every(({ sessionId }) => sessionId === id)).toBe(true);
  return differences.map(({ what }) => what).sort();
};

const SESSION = 'WHERE session_id = $1';

test('rows that are right have no difference: open, at their children, closed, cancelled', async () => {
  await verifier('verify right');
  const open = await coding();
  await withChildren();
  const cancelled = await coding();
  await rig.client.cancel(cancelled, { userId: 'ops', reason: 'enough' });
  await rig.client.result(cancelled).catch(() => undefined);
  expect(await check.verify(rig.scope)).toEqual({
    sessions: 3 + rig.example.model.components.length,
    differences: [],
    unanswered: [],
  });
  expect(await kinds(open)).toEqual([]);
  await expect(check.verify(rig.scope, 'nobody')).rejects.toThrow(/session_not_found/);
  await expect(check.verify({ ...rig.scope, projectId: randomUUID() }, open)).rejects.toThrow(/session_not_found/);
}, 60_000);

test('every planted difference is named, with what each side says', async () => {
  await verifier('verify planted');
  const plants: readonly [string, string, string][] = [
    ['step', 'step', `UPDATE sessions SET step = 'Finalize' ${SESSION}`],
    ['seq', 'seq', `UPDATE sessions SET seq = 7 ${SESSION}`],
    ['waiting on', 'waiting_on', `UPDATE sessions SET waiting_on = 'executor' ${SESSION}`],
    ['open command', 'open_command', `UPDATE interactions SET command_id = 'another' ${SESSION}`],
    ['command lost', 'open_command', `UPDATE interactions SET status = 'superseded' ${SESSION}`],
    ['revision', 'events', `UPDATE sessions SET revision = revision + 3 ${SESSION}`],
    ['event lost', 'events', `DELETE FROM session_events ${SESSION} AND revision = 1`],
    ['listing', 'listing', `UPDATE session_index SET is_open = false ${SESSION}`],
  ];
  const ids = await Promise.all(plants.map(() => coding()));
  for (const [index, [, , sql]] of plants.entries()) await plant(rig, sql, [ids[index]]);
  const closed = await coding();
  await plant(
    rig,
    `UPDATE sessions SET status = 'complete', closed_at = now(), waiting_on = NULL, waiting_since = NULL ${SESSION}`,
    [closed],
  );
  const terminated = await coding();
  await operatorOf(rig).terminate(terminated);
  const deleted = await coding();
  await operatorOf(rig).remove(deleted);
  await eventually(
    async () => (await rig.client.describe(deleted).catch(() => null)) === null,
    'the workflow is deleted',
  );
  const { differences } = await check.verify(rig.scope);
  const of = (id: string) => differences.filter(({ sessionId }) => sessionId === id).map(({ what }) => what);
  expect(plants.map(([name], index) => [name, of(ids[index]!)])).toEqual(plants.map(([name, what]) => [name, [what]]));
  // The plant left the command pending and the session on the list: all three are named.
  expect(of(closed)).toEqual(['listing', 'status', 'open_command']);
  expect(of(terminated)).toEqual(['status']);
  expect(of(deleted)).toEqual(['missing_workflow']);
  expect(differences).toContainEqual({ sessionId: ids[1], what: 'seq', row: '7', temporal: '1' });
  expect(differences).toContainEqual({ sessionId: terminated, what: 'status', row: 'active', temporal: 'terminated' });
}, 90_000);

test('differences in branches and children are named on the parent; a workflow without a row is named too', async () => {
  await verifier('verify children');
  const id = await withChildren();
  const ofChild = 'WHERE parent_session_id = $1 AND status =';
  await plant(rig, `UPDATE sessions SET branch = 'main' ${SESSION}`, [id]);
  expect(await kinds(id)).toEqual(['branch']);
  await plant(rig, `UPDATE session_children SET attempt = 5 ${ofChild} 'active'`, [id]);
  expect(await kinds(id)).toEqual(['branch', 'children']);
  const lost = randomUUID();
  await rig.temporal.workflow.start('componentCoding', {
    workflowId: lost,
    taskQueue: `${rig.config.taskQueue}-nobody`,
    args: [rig.input({ sessionType: 'componentCoding', component: 'Money' })],
    searchAttributes: { SwAccount: [rig.scope.accountId], SwProject: [rig.scope.projectId] },
  });
  const all = await eventually(async () => {
    const { differences } = await check.verify(rig.scope);
    return differences.some(({ what }) => what === 'missing_row') && differences;
  }, 'the workflow without a row');
  expect(all.filter(({ what }) => what === 'missing_row')).toMatchObject([{ sessionId: lost, temporal: 'running' }]);
  await rig.temporal.workflow.getHandle(lost).terminate();
}, 90_000);

// Only a session that has delivered knows a commit, and all that is left for it is to close.
test('another commit than the delivered one is named', async () => {
  await verifier('verify commit');
  const id = await coding();
  const person = new ManualClient(rig.example, rig.config.dataDir);
  let end: Promise<unknown> = Promise.resolve();
  await holdClosing(rig, id, async () => {
    end = driveTree(rig, person, id);
    const commit = await eventually(async () => (await rig.client.sessionState(id)).commit, 'the delivery');
    expect(await kinds(id)).toEqual([]);
    const other = 'f'.repeat(40);
    await plant(rig, `UPDATE sessions SET commit_sha = $2 ${SESSION}`, [id, other]);
    const { differences } = await check.verify(rig.scope, id);
    expect(differences).toEqual([{ sessionId: id, what: 'commit', row: other, temporal: commit }]);
  });
  expect(await end).toEqual({ kind: 'done', status: 'complete' });
}, 60_000);
