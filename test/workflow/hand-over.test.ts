import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import type { Report } from '../../src/client.js';
import { endCliProcesses, gatedAgent, makeCheckout, runCliProcess } from '../support/cli-worker.js';
import { turnsOf } from '../support/consistency.js';
import { type Hands, overCli, overClient, overHttp, overMcp } from '../support/hands.js';
import { expireLease } from '../support/hold-rows.js';
import { createHttpRig, type HttpRig } from '../support/http-rig.js';
import { commandOf, eventually, ManualClient } from '../support/manual-client.js';

jest.setTimeout(120_000);

/** A first try that fails its tests, and what mends it: the example's own. */
const GOOD = readFileSync(
  new URL('../../examples/scripted/Billing/Money/GenerateImplementation.1/src/billing/money.js', import.meta.url),
  'utf8',
);
const scripted = {
  'Billing/Money/GenerateImplementation.1/src/billing/money.js': GOOD.replace('* 100 +', '* 10 +'),
  'Billing/Money/FixImplementation.1/src/billing/money.js': GOOD,
};
const CODED = [
  'Initialize ok',
  'GenerateImplementation ok',
  'RunTests tests_failed',
  'FixImplementation ok',
  'RunTests ok',
  'Finalize ok',
];
/** A single attempt that a hand-over spent would end the session. */
const BOUNDS = { initialize: 1, agent: 1, recheck: 1, rounds: 1, finalize: 1 };

let rig: HttpRig;
let person: Hands;
let script: Hands;
let ide: Hands;
let agent: Awaited<ReturnType<typeof overMcp>>;
let bench: ManualClient;

beforeEach(async () => {
  rig = await createHttpRig('hand over', { workers: ['session'], scripted });
  bench = new ManualClient(rig.example, rig.config.dataDir);
  [person, script, ide] = [overHttp(rig, 'person'), overCli(rig, 'script'), overClient(rig, 'ide')];
  agent = await overMcp(rig, 'agent');
});
afterEach(async () => {
  await endCliProcesses();
  await agent.close();
  await rig.end();
});

const start = () => rig.start({ sessionType: 'componentCoding', component: 'Money', bounds: BOUNDS });
const open = (id: string, before = '') =>
  eventually(async () => {
    const command = commandOf(await rig.client.nextCommand(id));
    return command.id !== before && command;
  }, 'a command');
const leasesOf = async (id: string, commandId: string) =>
  (await rig.reader.events(rig.scope, id, 0, 1_000))
    .filter(({ type }) => type === 'lease_taken')
    .map(({ data }) => data as { number: number; owner: string; silent: string | null; commandId: string })
    .filter((one) => one.commandId === commandId)
    .map(({ number, owner, silent }) => [number, owner, silent]);

/** What a session with a workspace and an agent tells besides, so that the next command has to have it. */
function told(report: Report, kind: string): Report {
  const agent = kind === 'agent' ? { agent: { conversationId: 'conversation-1' } } : {};
  const data = kind === 'prepare_workspace' ? { data: { workspace: bench.clone } } : {};
  return { ...report, result: { ...report.result, ...agent, ...data } };
}

test('every command of a session goes through four hands, each with all the context of the one before, and no attempt is spent', async () => {
  const id = await start();
  const hands = [person, script, ide, agent];
  let last = '';
  for (const turn of CODED.keys()) {
    const command = await open(id, last);
    const order = hands.map((_, at) => hands[(at + turn) % hands.length]!);
    const first = await order[0]!.sees(id);
    for (const [at, one] of order.entries()) {
      if (at > 0) {
        expect([turn, one.name, await one.takes(id, command.id)]).toEqual([turn, one.name, 'lease_held']);
        await expireLease(rig, id, command.id);
      }
      expect([one.name, await one.sees(id)]).toEqual([one.name, first]);
      expect([one.name, await one.takes(id, command.id)]).toEqual([one.name, at + 1]);
    }
    const before = await rig.client.sessionState(id);
    const report = told(bench.carryOut(command), command.kind);
    for (const [at, one] of order.slice(0, -1).entries()) {
      const code = await one.reports(id, { ...report, lease: at + 1 });
      expect([one.name, code]).toEqual([one.name, 'stale_lease']);
      // Who tells no number at all is stopped by whoever holds the command.
      expect([one.name, await one.reports(id, report)]).toEqual([one.name, 'stale_lease']);
    }
    const { seq, counts, openCommandId } = await rig.client.sessionState(id);
    expect({ seq, counts, openCommandId }).toEqual({
      seq: before.seq,
      counts: before.counts,
      openCommandId: command.id,
    });
    expect(await order.at(-1)!.reports(id, { ...report, lease: order.length })).toBe('accepted');
    const owners = order.map(({ name }) => name);
    expect(await leasesOf(id, command.id)).toEqual(owners.map((name, at) => [at + 1, name, owners[at - 1] ?? null]));
    if (command.step === 'FixImplementation') {
      expect(first.prompt).toContain('an amount is read from decimal text to the cent');
      expect(first.command).toMatchObject({
        cwd: bench.clone,
        metadata: { conversationId: 'conversation-1', turn: 1 },
      });
    }
    last = command.id;
  }
  expect(await rig.client.result(id)).toMatchObject({ status: 'complete', interactions: CODED.length, fixRounds: 1 });
  expect(await turnsOf(rig, id)).toEqual(CODED);
});

test('specwright work goes on where an agent fell silent, and is killed; who comes after it ends the session', async () => {
  const id = await start();
  const initialize = await open(id);
  expect(await ide.reports(id, bench.carryOut(initialize))).toBe('accepted');
  const command = await open(id, initialize.id);
  expect(await agent.takes(id, command.id)).toBe(1);
  const first = await agent.sees(id);
  await expireLease(rig, id, command.id);
  const gate = gatedAgent(rig, 'worker');
  const work = ['work', id, '--dir', makeCheckout(rig, 'worker'), '--owner', 'worker', '--lease', '600', '--json'];
  const worker = runCliProcess(rig, work, gate.env);
  const orphan = await gate.reached();
  expect(await agent.takes(id, command.id)).toBe('lease_held');
  const report = bench.carryOut(command);
  expect(await agent.reports(id, { ...report, lease: 1 })).toBe('stale_lease');
  worker.child.kill('SIGKILL');
  await worker.ended;
  process.kill(orphan, 'SIGKILL');
  await expireLease(rig, id, command.id);
  expect(await person.takes(id, command.id)).toBe(3);
  expect(await person.sees(id)).toEqual(first);
  expect(await script.reports(id, { ...report, lease: 2 })).toBe('stale_lease');
  expect(await person.reports(id, { ...report, lease: 3 })).toBe('accepted');
  expect(await leasesOf(id, command.id)).toEqual([
    [1, 'agent', null],
    [2, 'worker', 'agent'],
    [3, 'person', 'worker'],
  ]);
  let next = await open(id, command.id);
  for (const one of [agent, script, person, ide]) {
    expect([one.name, await one.reports(id, bench.carryOut(next))]).toEqual([one.name, 'accepted']);
    if (one !== ide) next = await open(id, next.id);
  }
  expect(await rig.client.result(id)).toMatchObject({ status: 'complete', interactions: CODED.length });
  expect(await turnsOf(rig, id)).toEqual(CODED);
});
