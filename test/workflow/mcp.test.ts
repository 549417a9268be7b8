import { randomUUID } from 'node:crypto';
import { afterEach, expect, jest, test } from '@jest/globals';
import { ManualClient, eventually } from '../support/manual-client.js';
import { endMcp, makeRig, person, serve, start } from '../support/mcp-stage.js';
import type { RigOptions } from '../support/rig.js';

jest.setTimeout(120_000);
afterEach(endMcp);

const MAX_BYTES = 4_096;

test('a whole manual session is worked through over HTTP, in answers of at most 4 KiB', async () => {
  const rig = await makeRig('mcp session', {
    model: (model) => ({
      ...model,
      rules: [1, 2, 3, 4, 5].map((n) => ({
        name: `long ${n}`,
        componentType: '*',
        sessionType: '*',
        text: 'Ärger € "quoted"\n'.repeat(2_000),
      })),
    }),
  });
  const url = await serve(rig, { anna: [rig, 'developer'] });
  const anna = await person(url('anna'));
  const hands = new ManualClient(rig.example, rig.config.dataDir);
  const id = await start(rig);
  const listed = await anna.call('list_sessions', { waitingOn: 'client' });
  expect(listed.value).toMatchObject({
    items: [{ sessionId: id, component: 'Money', waitingOn: 'client' }],
    cursor: null,
  });
  expect((await anna.call('next_command', { sessionId: id })).value).toMatchObject({
    kind: 'command',
    command: { step: 'Initialize', kind: 'prepare_workspace' },
  });
  const steps: unknown[] = [];
  for (let kind: unknown = 'command'; kind === 'command';) {
    const { value } = await anna.turn(id, (command) => hands.carryOut(command));
    expect(value).toMatchObject({ accepted: true, duplicate: false });
    const next = value['next'] as { kind: string; status?: string; command?: { step: string; kind: string } };
    steps.push(next.command?.step ?? next.status);
    if (next.command?.kind === 'agent') {
      const prompt = await anna.read({ about: 'prompt', sessionId: id });
      const stored = (await rig.reader.get(rig.scope, id))!.interactions.at(-1)!.command!;
      expect(prompt).toBe((stored.metadata as { prompt: string }).prompt);
      expect(prompt.length).toBeGreaterThan(16 * 1024);
    }
    ({ kind } = next);
  }
  expect(steps).toEqual(['GenerateImplementation', 'RunTests', 'Finalize', 'complete']);
  expect(await rig.client.result(id)).toMatchObject({ status: 'complete' });
  const { value } = await anna.call('ask', { about: 'session', sessionId: id });
  const items = value['items'] as { step: string; status: string; outputs?: { outputId: string }[] }[];
  expect(items.map(({ step, status }) => `${step} ${status}`)).toContain('RunTests ok');
  const { outputId } = items.find(({ step }) => step === 'RunTests')!.outputs![0]!;
  expect(await anna.read({ about: 'output', outputId })).toContain('<testsuites');
  expect(JSON.parse(await anna.read({ about: 'interaction', sessionId: id, seq: 3 }))).toMatchObject({ status: 'ok' });
  expect(anna.answers.filter((text) => Buffer.byteLength(text) > MAX_BYTES)).toEqual([]);
});

test('two tenants with equal names, interleaved: nothing of the other is in any answer, and its ids are unknown ids', async () => {
  const named = (canary: string): RigOptions => ({
    model: (model) => ({
      ...model,
      project: { ...model.project, description: `project ${canary}` },
      stories: model.stories.map((story) => ({ ...story, text: `${story.text} ${canary}` })),
      components: model.components.map((one) => ({ ...one, description: `${one.description} ${canary}` })),
    }),
  });
  const canaries = ['CANARY-alpha', 'CANARY-beta'] as const;
  const rigs = [
    await makeRig('mcp tenant', named(canaries[0])),
    await makeRig('mcp tenant', named(canaries[1])),
  ] as const;
  const url = await serve(rigs[0], { a: [rigs[0], 'developer'], b: [rigs[1], 'developer'] });
  const people = [await person(url('a')), await person(url('b'))] as const;
  const hands = rigs.map((rig) => new ManualClient(rig.example, rig.config.dataDir));
  const ids = await Promise.all(rigs.map((rig) => start(rig)));
  for (let turn = 0; turn < 4; turn += 1) {
    await Promise.all(people.map((one, at) => one.turn(ids[at]!, (command) => hands[at]!.carryOut(command))));
    await Promise.all(people.map((one, at) => one.read({ about: 'interaction', sessionId: ids[at], seq: turn + 1 })));
    await Promise.all(people.map((one) => one.call('list_sessions')));
    if (turn === 0) await Promise.all(people.map((one, at) => one.read({ about: 'prompt', sessionId: ids[at] })));
  }
  expect(await Promise.all(rigs.map((rig, at) => rig.client.result(ids[at]!)))).toMatchObject([
    { status: 'complete' },
    { status: 'complete' },
  ]);
  for (const [at, one] of people.entries()) {
    const all = one.answers.join('\n');
    const other = 1 - at;
    expect(all).toContain(canaries[at]);
    for (const foreign of [
      canaries[other]!,
      ids[other]!,
      ...Object.values<string>({ ...rigs[other]!.scope }),
      rigs[other]!.example.remote,
    ]) {
      expect([foreign, all.includes(foreign)]).toEqual([foreign, false]);
    }
  }
  const output = (await rigs[0].reader.get(rigs[0].scope, ids[0]!))!.interactions[2]!.result!.outputs![0]!;
  const outputId = 'ref' in output ? output.ref.id : '';
  const calls = [
    ['next_command', {}],
    ['take_command', {}],
    ['take_command', { release: 1, commandId: 'x' }],
    ['ask', { about: 'session' }],
    ['ask', { about: 'prompt' }],
    ['report_result', { commandId: 'x', result: { status: 'ok' } }],
    ['decide', { action: 'fail', reason: 'mine' }],
  ] as const;
  for (const [name, args] of calls) {
    const foreign = await people[1].call(name, { ...args, sessionId: ids[0] });
    const unknown = await people[1].call(name, { ...args, sessionId: 'nobody' });
    expect([name, foreign.isError, foreign.text.replaceAll(ids[0]!, 'nobody')]).toEqual([name, true, unknown.text]);
  }
  expect((await people[0].call('ask', { about: 'output', outputId })).isError).toBe(false);
  const foreign = await people[1].call('ask', { about: 'output', outputId });
  const unknown = await people[1].call('ask', { about: 'output', outputId: randomUUID() });
  expect(foreign).toEqual(unknown);
});

test('a wait is bounded, a lease is held against others, a decision is taken, and every refusal says what to do', async () => {
  const rig = await makeRig('mcp refusals');
  const url = await serve(rig, { anna: [rig, 'developer'], bert: [rig, 'developer'] });
  const [anna, bert] = [await person(url('anna')), await person(url('bert'))];
  const sessionId = await start(rig);
  const { value: taken } = await anna.call('take_command', { sessionId, owner: 'anna' });
  const { lease, command } = taken as { lease: { number: number }; command: { commandId: string } };
  const held = await bert.call('take_command', { sessionId });
  expect(held).toMatchObject({
    isError: true,
    value: { error: { code: 'lease_held', fix: expect.stringContaining('wait until') as unknown } },
  });
  const { cursor } = (await bert.call('next_command', { sessionId })).value as { cursor: number };
  const from = Date.now();
  await bert.call('next_command', { sessionId, cursor, waitSeconds: 1 });
  expect(Date.now() - from).toBeGreaterThan(900);
  const waiting = bert.call('next_command', { sessionId, cursor, waitSeconds: 20 });
  const failing = { status: 'error', failure: { kind: 'internal', message: 'no disk' } };
  const { commandId } = command;
  expect((await bert.call('report_result', { sessionId, commandId, result: failing })).value).toMatchObject({
    error: { code: 'stale_lease' },
  });
  await anna.call('report_result', { sessionId, commandId, lease: lease.number, result: failing });
  expect((await waiting).value).toMatchObject({ cursor: expect.any(Number) as unknown });
  expect(Date.now() - from).toBeLessThan(15_000);
  const refusals = [
    ['next_command', { sessionId, waitSeconds: 21 }, 'invalid_input', 'waitSeconds'],
    ['next_command', { sessionId, shell: 'rm' }, 'invalid_input', undefined],
    ['ask', { about: 'session', sessionId, cursor: 'x' }, 'invalid_input', 'cursor'],
    ['ask', { about: 'prompt', sessionId, seq: 1 }, 'not_found', undefined],
    ['ask', { about: 'session' }, 'invalid_input', 'sessionId'],
    ['take_command', { sessionId, commandId }, 'command_gone', 'commandId'],
    ['report_result', { sessionId, commandId, result: { status: 'ok' } }, 'result_conflict', undefined],
    ['decide', { sessionId, action: 'retry', reason: 'why' }, 'nothing_to_decide', undefined],
    ['decide', { sessionId, action: 'waive', reason: 'why' }, 'invalid_decision', 'component'],
    ['run_shell', {}, 'not_found', undefined],
  ] as const;
  for (const [name, args, code, field] of refusals) {
    const { isError, value } = await bert.call(name, args);
    const { error } = value as { error: { code: string; fix: string; field?: string } };
    expect([name, isError, error.code, error.field, error.fix.length > 5]).toEqual([name, true, code, field, true]);
  }
  for (let tries = 2; tries <= 3; tries += 1) {
    const { value } = await eventually(async () => {
      const answer = await anna.call('take_command', { sessionId });
      return answer.value['lease'] !== undefined && answer;
    }, 'the command again');
    const open = value as { lease: { number: number }; command: { commandId: string } };
    await anna.call('report_result', {
      sessionId,
      commandId: open.command.commandId,
      lease: open.lease.number,
      result: failing,
    });
  }
  await eventually(
    async () => (await anna.call('next_command', { sessionId })).value['on'] === 'decision',
    'the wait for a decision',
  );
  expect((await anna.call('decide', { sessionId, action: 'fail', reason: 'not now' })).value).toEqual({
    decided: 'fail',
  });
  await eventually(async () => (await rig.reader.get(rig.scope, sessionId))?.status === 'failed', 'the end');
  expect((await anna.call('next_command', { sessionId })).value).toMatchObject({ kind: 'done', status: 'failed' });
});
