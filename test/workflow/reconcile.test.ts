import { afterEach, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { Command } from '../../src/client.js';
import type { SessionDetail } from '../../src/ports/session-reader.js';
import { commandOf, eventually, ManualClient } from '../support/manual-client.js';
import { driveTree } from '../support/manual-tree.js';
import { operatorOf } from '../support/operator.js';
import { createRig, type Rig } from '../support/rig.js';

let rig: Rig;
afterEach(() => rig.end());

const atCommand = (id: string, step: string): Promise<Command> =>
  eventually(async () => {
    const command = commandOf(await rig.client.nextCommand(id));
    return command.step === step && command;
  }, `${step} of ${id}`);

const coding = async (): Promise<string> => {
  const id = await rig.start({ sessionType: 'componentCoding', component: 'Money' });
  await atCommand(id, 'Initialize');
  return id;
};

/** The row once it is as wanted; the promise of the design is 30 s. */
const row = (id: string, status: SessionDetail['status'], seconds = 30): Promise<SessionDetail> =>
  eventually(
    async () => {
      const found = await rig.reader.get(rig.scope, id);
      return found?.status === status && found;
    },
    `${id} is ${status}`,
    seconds,
  );

const revisionsOf = async (id: string) => {
  const [detail, events] = await Promise.all([
    rig.reader.get(rig.scope, id),
    rig.reader.events(rig.scope, id, 0, 1_000),
  ]);
  expect(events.map(({ revision }) => revision)).toEqual(
    Array.from({ length: detail!.revision }, (_, index) => index + 1),
  );
  return events.map(({ type }) => type);
};

test('a terminated session is cancelled in the read model within 30 s, with who and why; two workers do it once', async () => {
  rig = await createRig('terminated', { workers: ['session'] });
  await rig.startWorkers(['session']);
  const id = await coding();
  await operatorOf(rig).terminate(id, 'wrong branch');
  const closed = await row(id, 'cancelled');
  expect(closed).toMatchObject({
    waitingOn: null,
    failure: { kind: 'cancelled', message: expect.stringMatching(/operator terminated it .*wrong branch/) as unknown },
    interactions: [{ step: 'Initialize', status: 'superseded' }],
  });
  expect(await revisionsOf(id)).toEqual(['session_created', 'interaction_opened', 'session_closed']);
});

test('a plain Cancel ends a session within 30 s, its children with it, and supersedes every open command', async () => {
  // No reconciler: the workflow itself keeps this promise.
  rig = await createRig('plain cancel', { workers: ['session'], reconcileEveryMs: null });
  const alone = await coding();
  const id = await rig.start({ sessionType: 'contextCoding' });
  const person = new ManualClient(rig.example, rig.config.dataDir);
  await rig.client.submitResult(id, person.carryOut(await atCommand(id, 'Initialize')));
  await eventually(async () => {
    const { children } = (await rig.reader.get(rig.scope, id))!;
    return ['client', 'slot'].every((on) => children.some(({ waitingOn }) => waitingOn === on));
  }, 'a child at work and one that waits for it');
  await operatorOf(rig).cancel(alone);
  await operatorOf(rig).cancel(id);
  const end = { waitingOn: null, failure: { kind: 'cancelled', message: 'cancelled' } };
  expect(await row(alone, 'cancelled')).toMatchObject({
    ...end,
    interactions: [{ step: 'Initialize', status: 'superseded' }],
  });
  expect(await row(id, 'cancelled')).toMatchObject(end);
  const tree = await rig.reader.tree(rig.scope, id);
  const isOver = ({ status }: { status: string }) => status === 'cancelled';
  expect([tree.length, tree.every(isOver)]).toEqual([1 + rig.example.model.components.length, true]);
  const details = await Promise.all(tree.map(({ sessionId }) => rig.reader.get(rig.scope, sessionId)));
  const turns = details.flatMap((detail) => detail!.interactions.map(({ step, status }) => `${step} ${status}`));
  // Planned children were handed nothing.
  expect(turns).toEqual(['Initialize ok', 'SpawnComponentCodingSessions superseded', 'Initialize superseded']);
  for (const { sessionId } of tree)
    expect((await revisionsOf(sessionId)).filter((type) => type === 'session_closed')).toHaveLength(1);
  for (const { sessionId, interactions } of details as SessionDetail[])
    if (interactions.length > 0) expect(isOver(await rig.client.describe(sessionId))).toBe(true);
}, 90_000);

test('a timed out session is failed, and a deleted one cancelled', async () => {
  rig = await createRig('timed out', { workers: ['session'], reconcileEveryMs: 1_000 });
  const late = randomUUID();
  await rig.temporal.workflow.start('componentCoding', {
    workflowId: late,
    taskQueue: rig.config.taskQueue,
    args: [rig.input({ sessionType: 'componentCoding', component: 'Money' })],
    workflowExecutionTimeout: '4 seconds',
  });
  const gone = await coding();
  await new Promise((resolve) => setTimeout(resolve, 31_000));
  await operatorOf(rig).remove(gone);
  expect((await row(late, 'failed', 1)).failure).toMatchObject({ kind: 'timed_out' });
  expect((await row(gone, 'cancelled')).failure).toMatchObject({ message: 'an operator deleted its workflow' });
}, 90_000);

test('the children of a terminated parent are cancelled, and their rows follow; planned ones end with it', async () => {
  rig = await createRig('terminated parent', { workers: ['session'], reconcileEveryMs: 1_000 });
  const id = await rig.start({ sessionType: 'contextCoding' });
  const person = new ManualClient(rig.example, rig.config.dataDir);
  await rig.client.submitResult(id, person.carryOut(await atCommand(id, 'Initialize')));
  const started = await eventually(async () => {
    const { children } = (await rig.reader.get(rig.scope, id))!;
    return children.some(({ waitingOn }) => waitingOn === 'client') && children;
  }, 'a child at work');
  expect(started.some(({ waitingOn }) => waitingOn === 'slot')).toBe(true);
  await operatorOf(rig).terminate(id);
  await row(id, 'cancelled');
  for (const { sessionId } of started) await row(sessionId, 'cancelled');
  const tree = await rig.reader.tree(rig.scope, id);
  expect(new Set(tree.map(({ status }) => status))).toEqual(new Set(['cancelled']));
  for (const { sessionId } of tree) await revisionsOf(sessionId);
}, 90_000);

test('a child that was terminated alone is cancelled, and its parent goes on with another', async () => {
  rig = await createRig('terminated child', { workers: ['session'], reconcileEveryMs: 1_000 });
  const id = await rig.start({ sessionType: 'contextCoding' });
  const person = new ManualClient(rig.example, rig.config.dataDir);
  await rig.client.submitResult(id, person.carryOut(await atCommand(id, 'Initialize')));
  const child = await eventually(async () => {
    const { children } = (await rig.reader.get(rig.scope, id))!;
    return children.find(({ waitingOn }) => waitingOn === 'client');
  }, 'a child at work');
  await operatorOf(rig).terminate(child.sessionId);
  expect((await row(child.sessionId, 'cancelled')).failure).toMatchObject({ kind: 'cancelled' });
  const second = await eventually(async () => {
    const { children } = (await rig.reader.get(rig.scope, id))!;
    return children.find(({ component, attempt }) => component === child.component && attempt === 2);
  }, 'the next attempt');
  await new Promise((resolve) => setTimeout(resolve, 4_000));
  expect((await rig.reader.get(rig.scope, second.sessionId))!.status).toBe('active');
  expect((await rig.reader.get(rig.scope, child.sessionId))!.status).toBe('cancelled');
}, 90_000);

test('a session that was terminated and then reset is active again with its command, and can be brought to its end', async () => {
  rig = await createRig('reset after termination', { workers: ['session'], reconcileEveryMs: 1_000 });
  const id = await coding();
  const { id: commandId } = await atCommand(id, 'Initialize');
  await operatorOf(rig).terminate(id);
  await row(id, 'cancelled');
  await operatorOf(rig).reset(id, 1);
  const active = await row(id, 'active');
  expect(active).toMatchObject({ closedAt: null, failure: null, step: 'Initialize' });
  const open = await atCommand(id, 'Initialize');
  const pending = await eventually(async () => {
    const found = (await rig.reader.get(rig.scope, id))!;
    return found.waitingOn === 'client' && found.interactions.find(({ status }) => status === 'pending');
  }, 'the open command');
  expect(pending.commandId).toBe(open.id);
  expect(open.id === commandId || active.interactions.length === 2).toBe(true);
  const person = new ManualClient(rig.example, rig.config.dataDir);
  expect(await driveTree(rig, person, id)).toEqual({ kind: 'done', status: 'complete' });
  await row(id, 'complete');
  expect((await revisionsOf(id)).filter((type) => type.startsWith('session_'))).toEqual([
    'session_created',
    'session_closed',
    'session_reopened',
    'session_closed',
  ]);
}, 90_000);

test('a failed session that was reset to its beginning goes on at once, without waiting for anybody', async () => {
  rig = await createRig('reset after failure', { workers: ['session'], reconcileEveryMs: null });
  const id = await rig.start({ sessionType: 'componentCoding', component: 'Money', bounds: { initialize: 1 } });
  const person = new ManualClient(rig.example, rig.config.dataDir);
  const report = person.carryOut(await atCommand(id, 'Initialize'));
  const failure = { kind: 'agent_failed' as const, message: 'no' };
  for (;;) {
    const open = await rig.client.nextCommand(id);
    if (open.kind === 'done') break;
    const failing = { commandId: commandOf(open).id, result: { status: 'error' as const, failure } };
    const { next } = await rig.client.submitResult(id, { ...report, ...failing });
    if (next.kind === 'done') break;
  }
  await row(id, 'failed');
  await rig.client.result(id).catch(() => undefined);
  await operatorOf(rig).reset(id, 1);
  const next = await eventually(async () => commandOf(await rig.client.nextCommand(id)), 'the command after the reset');
  expect(next.step).toBe('Initialize');
  // The person's clone has the branch from before.
  await rig.client.submitResult(id, { ...report, commandId: next.id });
  expect(await driveTree(rig, person, id)).toEqual({ kind: 'done', status: 'complete' });
  await row(id, 'complete');
  await revisionsOf(id);
}, 90_000);

test('a running session that was reset behind its row is shown where it stands', async () => {
  rig = await createRig('set back', { workers: ['session'], reconcileEveryMs: 1_000 });
  const id = await coding();
  const person = new ManualClient(rig.example, rig.config.dataDir);
  const report = person.carryOut(await atCommand(id, 'Initialize'));
  await rig.client.submitResult(id, report);
  const { id: later } = await atCommand(id, 'GenerateImplementation');
  await operatorOf(rig).reset(id, 1);
  const open = await atCommand(id, 'Initialize');
  const back = await eventually(async () => {
    const found = (await rig.reader.get(rig.scope, id))!;
    return found.step === 'Initialize' && found.waitingOn === 'client' && found;
  }, 'the row is set back');
  expect(back).toMatchObject({ status: 'active', seq: 1 });
  expect(back.interactions.find(({ commandId }) => commandId === later)!.status).toBe('superseded');
  const { next } = await rig.client.submitResult(id, { ...report, commandId: open.id });
  expect(next.kind).toBe('command');
  await revisionsOf(id);
});

test('a parent that was terminated and reset goes on: its cancelled children get another attempt', async () => {
  rig = await createRig('reset parent', { workers: ['session'], reconcileEveryMs: 1_000 });
  const id = await rig.start({ sessionType: 'contextCoding' });
  const person = new ManualClient(rig.example, rig.config.dataDir);
  const report = person.carryOut(await atCommand(id, 'Initialize'));
  await rig.client.submitResult(id, report);
  const child = await eventually(async () => {
    const { children } = (await rig.reader.get(rig.scope, id))!;
    return children.find(({ waitingOn }) => waitingOn === 'client');
  }, 'a child at work');
  await operatorOf(rig).terminate(id);
  await row(id, 'cancelled');
  await row(child.sessionId, 'cancelled');
  await operatorOf(rig).reset(id, 1);
  await row(id, 'active');
  const open = await atCommand(id, 'Initialize');
  await rig.client.submitResult(id, { ...report, commandId: open.id });
  const again = await eventually(
    async () => {
      const { children } = (await rig.reader.get(rig.scope, id))!;
      return children.find(({ component, waitingOn }) => component === child.component && waitingOn === 'client');
    },
    'the child again',
    40,
  );
  expect(again).toMatchObject({ attempt: 2, status: 'active' });
  await revisionsOf(id);
}, 90_000);

test('a running parent that was reset goes on with other children, and the ones it had are ended', async () => {
  rig = await createRig('reset at children', { workers: ['session'], reconcileEveryMs: 1_000 });
  const id = await rig.start({ sessionType: 'contextCoding' });
  const person = new ManualClient(rig.example, rig.config.dataDir);
  const report = person.carryOut(await atCommand(id, 'Initialize'));
  await rig.client.submitResult(id, report);
  const child = await eventually(async () => {
    const { children } = (await rig.reader.get(rig.scope, id))!;
    return children.find(({ waitingOn }) => waitingOn === 'client');
  }, 'a child at work');
  await operatorOf(rig).reset(id, 1);
  const open = await atCommand(id, 'Initialize');
  await rig.client.submitResult(id, { ...report, commandId: open.id });
  await row(child.sessionId, 'cancelled');
  const { children } = (await rig.reader.get(rig.scope, id))!;
  expect(children.filter(({ component }) => component === child.component)).toMatchObject([
    { attempt: 1, status: 'cancelled' },
    { attempt: 2, status: 'active' },
  ]);
}, 90_000);
