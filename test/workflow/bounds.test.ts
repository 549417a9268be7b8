import { afterEach, expect, test } from '@jest/globals';
import type { Command, RefusedError, Report } from '../../src/client.js';
import { commandOf, eventually, ManualClient } from '../support/manual-client.js';
import { createRig, type Rig } from '../support/rig.js';

let rig: Rig;
afterEach(() => rig.end());

const report = (command: Command, message: string, ids?: string[]): Report => ({
  commandId: command.id,
  result: { status: 'error', failure: { kind: 'agent_failed', message, ...(ids ? { ids } : {}) } },
});

async function atAgentStep(input: {
  onExhausted: 'wait' | 'fail';
  bounds?: object;
}): Promise<{ id: string; agent: Command }> {
  const person = new ManualClient(rig.example, rig.config.dataDir);
  const id = await rig.start({ sessionType: 'componentCoding', component: 'Money', ...input });
  const initialize = await eventually(async () => commandOf(await rig.client.nextCommand(id)), 'Initialize');
  const { next } = await rig.client.submitResult(id, person.carryOut(initialize));
  return { id, agent: commandOf(next) };
}

const refusalCode = (error: unknown) => (error as RefusedError).refusal.code;

test('a failed step is tried again with the reason, until its bound is spent and the session fails as exhausted', async () => {
  rig = await createRig('bound spent', { workers: ['session'] });
  const { id, agent } = await atAgentStep({ onExhausted: 'fail' });
  const second = commandOf((await rig.client.submitResult(id, report(agent, 'no idea', ['a']))).next);
  expect(second.step).toBe('GenerateImplementation');
  expect(JSON.stringify(second.script)).toContain('no idea');
  const third = commandOf((await rig.client.submitResult(id, report(second, 'still none', ['b']))).next);
  const { next } = await rig.client.submitResult(id, report(third, 'sorry', ['c']));
  expect(next).toEqual({ kind: 'done', status: 'failed' });
  await expect(rig.client.result(id)).rejects.toMatchObject({
    cause: { type: 'SessionFailed', details: [{ kind: 'exhausted', rule: 'GenerateImplementation:agent' }] },
  });
  expect(await rig.reader.get(rig.scope, id)).toMatchObject({ status: 'failed', failure: { kind: 'exhausted' } });
  expect((await rig.client.describe(id)).status).toBe('failed');
});

test('the same failure three times in a row ends the loop as stuck; an operator may retry or fail it', async () => {
  rig = await createRig('stuck', { workers: ['session'] });
  const { id, agent: first } = await atAgentStep({ onExhausted: 'wait', bounds: { agent: 10 } });
  let agent = first;
  for (let times = 1; times < 3; times += 1)
    agent = commandOf((await rig.client.submitResult(id, report(agent, 'same', ['x']))).next);
  const { next } = await rig.client.submitResult(id, report(agent, 'same', ['x']));
  expect(next).toMatchObject({ kind: 'wait', on: 'decision' });
  const state = await rig.client.sessionState(id);
  expect(state.lastFailure?.kind).toBe('stuck');
  expect(await rig.reader.get(rig.scope, id)).toMatchObject({ status: 'active', waitingOn: 'decision' });
  await expect(rig.client.decide(id, { action: 'perhaps' as 'retry', userId: 'u', reason: 'r' })).rejects.toMatchObject(
    {
      refusal: { code: 'invalid_decision' },
    },
  );
  await rig.client.decide(id, { action: 'retry', userId: 'ops', reason: 'the agent was misconfigured' });
  const again = await eventually(async () => commandOf(await rig.client.nextCommand(id)), 'the step again');
  expect(again.step).toBe('GenerateImplementation');
  const decided = (await rig.reader.events(rig.scope, id, 0, 100)).filter(({ type }) => type === 'decided');
  expect(decided).toMatchObject([{ data: { action: 'retry', userId: 'ops', reason: 'the agent was misconfigured' } }]);
  await expect(rig.client.decide(id, { action: 'fail', userId: 'ops', reason: 'r' })).rejects.toMatchObject({
    refusal: { code: 'nothing_to_decide' },
  });
});

test('of two decisions that come in one workflow task the first counts, and the second is told so', async () => {
  rig = await createRig('two decisions', { workers: [] });
  const workers = await rig.startWorkers(['session']);
  const { id, agent } = await atAgentStep({ onExhausted: 'wait', bounds: { agent: 1 } });
  expect((await rig.client.submitResult(id, report(agent, 'a', ['a']))).next).toMatchObject({ on: 'decision' });
  await workers.stop();
  const decide = (reason: string) => rig.client.decide(id, { action: 'retry', userId: 'ops', reason });
  const decisions = [decide('one'), decide('two')].map((sent) => sent.then(() => 'taken', refusalCode));
  await rig.startWorkers(['session']);
  expect((await Promise.all(decisions)).toSorted()).toEqual(['nothing_to_decide', 'taken']);
  const decided = (await rig.reader.events(rig.scope, id, 0, 100)).filter(({ type }) => type === 'decided');
  expect(decided).toHaveLength(1);
});

test('an operator raises a bound that is spent, by so much and no more', async () => {
  rig = await createRig('extend', { workers: ['session'] });
  const { id, agent: first } = await atAgentStep({ onExhausted: 'wait', bounds: { agent: 1 } });
  expect((await rig.client.submitResult(id, report(first, 'a', ['a']))).next).toMatchObject({ on: 'decision' });
  const extend = (bound: string, by: number) =>
    rig.client.decide(id, { action: 'extend', bound: bound as 'agent', by, userId: 'ops', reason: 'a large one' });
  for (const [bound, by] of [
    ['agents', 1],
    ['agent', 0],
    ['agent', 101],
    ['agent', 1.5],
  ] as const) {
    await expect(extend(bound, by)).rejects.toMatchObject({ refusal: { code: 'invalid_decision' } });
  }
  await extend('agent', 2);
  const second = await eventually(async () => commandOf(await rig.client.nextCommand(id)), 'the step again');
  const third = commandOf((await rig.client.submitResult(id, report(second, 'b', ['b']))).next);
  expect((await rig.client.submitResult(id, report(third, 'c', ['c']))).next).toMatchObject({ on: 'decision' });
  const events = await rig.reader.events(rig.scope, id, 0, 100);
  expect(events.find(({ type }) => type === 'decided')).toMatchObject({
    data: { action: 'extend', bound: 'agent', by: 2 },
  });
});

test('reports that do not fit are refused by field and leave nothing behind; signals are only counted', async () => {
  rig = await createRig('refusals', { workers: ['session'] });
  const id = await rig.start({ sessionType: 'componentCoding', component: 'Money' });
  const open = await eventually(async () => commandOf(await rig.client.nextCommand(id)), 'Initialize');
  const deep = JSON.parse('['.repeat(80) + ']'.repeat(80)) as never;
  const bad: readonly [object, string, string][] = [
    [{ commandId: 'nobody', result: { status: 'ok' } }, 'unknown_interaction', 'report.commandId'],
    [{ commandId: open.id, result: { status: 'fine' } }, 'invalid_report', 'result.status'],
    [
      { commandId: open.id, result: { status: 'ok', data: { text: 'a\u0000b' } } },
      'invalid_report',
      'result.data.text',
    ],
    [{ commandId: open.id, result: { status: 'ok', data: { text: '\ud800' } } }, 'invalid_report', 'result.data.text'],
    [{ commandId: open.id, result: { status: 'ok', data: { deep } } }, 'invalid_report', 'result.data.deep'],
    [
      { commandId: open.id, result: { status: 'ok', data: { big: 'x'.repeat(70_000) } } },
      'invalid_report',
      'result.data',
    ],
    [{ commandId: open.id, result: { status: 'ok', extra: 1 } }, 'invalid_report', 'result'],
  ];
  const before = (await rig.reader.get(rig.scope, id))!.revision;
  for (const [value, code, field] of bad) {
    const refused = await rig.client.submitResult(id, value as Report).then(
      () => null,
      (error: { refusal: { code: string; field: string; fix: string } }) => error.refusal,
    );
    expect(refused).toMatchObject({ code });
    expect(refused!.field.startsWith(field)).toBe(true);
    expect(refused!.fix).not.toBe('');
    await rig.client.reportResult(id, value as Report);
  }
  const state = await eventually(async () => {
    const seen = await rig.client.sessionState(id);
    return seen.refused.count === bad.length && seen;
  }, 'the count of refused signals');
  expect(state).toMatchObject({ seq: 1, waitingOn: 'client' });
  expect((await rig.reader.get(rig.scope, id))!.revision).toBe(before);
});

test('duplicates get the first answer, another result is a conflict, a closed session says so', async () => {
  rig = await createRig('duplicates', { workers: ['session'] });
  const { id, agent } = await atAgentStep({ onExhausted: 'fail', bounds: { agent: 2 } });
  const first = (await rig.reader.get(rig.scope, id))!.interactions[0]!;
  await expect(
    rig.client.submitResult(id, { commandId: first.commandId, result: { status: 'ok' } }),
  ).rejects.toMatchObject({
    refusal: { code: 'result_conflict', digest: expect.stringMatching(/^[0-9a-f]{64}$/), at: expect.any(String) },
  });
  const person = { ...report(agent, 'no') };
  const answers = await Promise.all([1, 2, 3].map(() => rig.client.submitResult(id, person)));
  expect(answers.map(({ duplicate }) => duplicate).sort()).toEqual([false, true, true]);
  expect(new Set(answers.map(({ next }) => JSON.stringify(next))).size).toBe(1);
  const again = commandOf(answers[0]!.next);
  expect((await rig.reader.get(rig.scope, id))!.interactions).toHaveLength(3);
  await rig.client.submitResult(id, report(again, 'no again'));
  await rig.client.result(id).catch(() => null);
  await expect(rig.client.submitResult(id, report(agent, 'late'))).rejects.toMatchObject({
    refusal: { code: 'session_closed', status: 'failed' },
  });
  await expect(rig.client.submitResult('no-such-session', person)).rejects.toMatchObject({
    refusal: { code: 'session_not_found' },
  });
  expect(await rig.client.nextCommand(id)).toEqual({ kind: 'done', status: 'failed' });
});

test('a start that cannot be is refused by name: scope, type, component, mode', async () => {
  rig = await createRig('bad starts', { workers: ['session'] });
  const begin = (change: object) =>
    rig.client.startSession(`bad-${Math.random()}`.replace('.', '-'), {
      ...rig.input({ sessionType: 'componentCoding', component: 'Money' }),
      ...change,
    });
  await expect(begin({ sessionType: 'contextDesign' })).rejects.toMatchObject({
    refusal: { code: 'invalid_input', field: 'component' },
  });
  await expect(begin({ sessionType: 'contextPainting' })).rejects.toMatchObject({
    refusal: { code: 'invalid_input', field: 'sessionType' },
  });
  await expect(begin({ baseBranch: '--upload-pack=x' })).rejects.toMatchObject({ refusal: { field: 'baseBranch' } });
  await expect(begin({ component: '../../etc' })).rejects.toMatchObject({ refusal: { field: 'component' } });
  await expect(begin({ context: '$(touch x)' })).rejects.toMatchObject({ refusal: { field: 'context' } });
  await expect(begin({ mode: 'agentic' })).rejects.toMatchObject({ refusal: { field: 'executorQueue' } });
  // Any Temporal client may start a type with anything: the workflow itself refuses it.
  const run = (id: string, input: object) =>
    rig.temporal.workflow.execute('componentCoding', {
      workflowId: id,
      taskQueue: rig.config.taskQueue,
      args: [input],
      workflowExecutionTimeout: '20s',
    });
  await expect(run('raw-1', {})).rejects.toMatchObject({
    cause: { type: 'InvalidInput', details: [{ field: 'scope' }] },
  });
  const stranger = { ...rig.input({ sessionType: 'componentCoding', component: 'Money' }) };
  await expect(run('raw-4', { ...stranger, carried: {} })).rejects.toMatchObject({
    cause: { details: [{ field: 'carried' }] },
  });
  const adopted = { ...stranger, parent: { sessionId: 'x', branch: 'main', attempt: 1 } };
  await expect(run('raw-5', adopted)).rejects.toMatchObject({ cause: { details: [{ field: 'parent' }] } });
  const foreign = { ...stranger, scope: { ...rig.scope, projectId: rig.scope.accountId } };
  await expect(run('raw-2', foreign)).rejects.toMatchObject({
    cause: { type: 'SessionFailed', details: [{ kind: 'not_authorized' }] },
  });
  await expect(run('raw-3', { ...stranger, component: 'Nobody' })).rejects.toMatchObject({
    cause: { type: 'SessionFailed', details: [{ message: expect.stringContaining('Nobody') as unknown }] },
  });
});
