import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { runCliHere } from '../support/cli-here.js';
import { endCliProcesses, makeCheckout, runCliProcess, type CliEnd } from '../support/cli-worker.js';
import { commandOf, eventually, ManualClient } from '../support/manual-client.js';
import { plant } from '../support/plant.js';
import { createRig, type Rig } from '../support/rig.js';

jest.setTimeout(120_000);

/** Clears the screen, names the window, rings, and does it again with the single characters for ESC [ and a new line. */
const HOSTILE = 'a\u001b[2J\u001b]0;title\u0007b\u007fc\u0085d\u009b2Je';
const SHOWN = 'a\\x1b[2J\\x1b]0;title\\x07b\\x7fc\\x85d\\x9b2Je';
/** All that a terminal obeys, but new lines and tabs. */
const RAW = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

let rig: Rig;
beforeAll(async () => {
  rig = await createRig('cli output', {
    workers: ['session'],
    reconcileEveryMs: null,
    model: (model) => ({
      ...model,
      contexts: model.contexts.map((one) => ({ ...one, description: HOSTILE })),
      components: model.components.map((one) => ({ ...one, description: HOSTILE })),
    }),
  });
});
afterAll(async () => {
  await endCliProcesses();
  await rig.end();
});

const money = async (more: object = {}): Promise<string> => {
  const id = await rig.start({ sessionType: 'componentCoding', component: 'Money', ...more });
  await eventually(async () => commandOf(await rig.client.nextCommand(id)), 'the first command');
  return id;
};

/** By their numbers: a failing test must not print them either. */
const rawIn = ({ stdout, stderr }: CliEnd) => ((stdout + stderr).match(RAW) ?? []).map((c) => c.charCodeAt(0));
const cli = (...args: readonly string[]) => runCliHere(rig, rig.scope, args);

/** What a person reads, and what a script does: the texts are there, and nothing in them is obeyed. */
async function expectHarmless(...args: readonly string[]): Promise<void> {
  for (const json of [[], ['--json']]) {
    const end = await cli(...args, ...json);
    expect([args[0], rawIn(end)]).toEqual([args[0], []]);
    const isJson = json.length > 0;
    if (isJson) expect(stringsOf(JSON.parse(end.stdout)).some((text) => text.includes(HOSTILE))).toBe(true);
    else expect(end.stdout).toContain(SHOWN);
  }
}

function stringsOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(stringsOf) : [];
}

test('where stdout is no terminal, list, show, watch, doctor and work print no control character', async () => {
  const checkout = makeCheckout(rig, 'anna');
  const id = await money();
  const watching = runCliProcess(rig, ['watch', id]);
  await eventually(async () => watching.said().includes('Initialize'), 'the first line of the tree');
  const asked = runCliProcess(rig, ['work', id, '--dir', checkout, '--ask']);
  // The person goes away when the prompt, with the description in it, is there.
  await eventually(async () => asked.said().includes('Press Enter'), 'the prompt');
  asked.child.stdin!.end();
  const ends: [string, CliEnd][] = [['work', await asked.ended]];
  for (const args of [['doctor'], ['work', id, '--dir', checkout], ['show', id], ['list']])
    ends.push([args[0]!, await runCliProcess(rig, args).ended]);
  ends.push(['watch', await watching.ended]);
  expect(ends.map(([name, { code }]) => [name, code])).toEqual([
    ['work', 2],
    // No executor polls here.
    ['doctor', 1],
    ['work', 0],
    ['show', 0],
    ['list', 0],
    ['watch', 0],
  ]);
  expect(ends[0]![1].stderr).toContain(SHOWN);
  for (const [name, end] of ends) expect([name, rawIn(end)]).toEqual([name, []]);
  for (const [name, { stdout }] of ends.slice(1)) expect([name, stdout.length > 0]).toEqual([name, true]);
});

test('next and report print the prompt without the control characters of a description', async () => {
  const id = await money();
  const person = new ManualClient(rig.example, `${rig.config.dataDir}/${id}`);
  const report = JSON.stringify(person.carryOut(commandOf(await rig.client.nextCommand(id))));
  // The same report again is answered alike.
  for (const json of [[], ['--json']]) {
    for (const args of [
      ['report', id, '-f', '-'],
      ['next', id],
    ]) {
      const end = await runCliHere(rig, rig.scope, [...args, ...json], report);
      expect([args[0], end.code, rawIn(end)]).toEqual([args[0], 0, []]);
      expect(stringsOf(JSON.parse(end.stdout)).some((text) => text.includes(HOSTILE))).toBe(true);
    }
  }
});

test('list, show, watch, doctor and mirror verify print control characters of failures, reasons and rows as text', async () => {
  const [failed, open] = [await money({ bounds: { initialize: 1 } }), await money()];
  const { id: commandId } = commandOf(await rig.client.nextCommand(failed));
  const failure = { kind: 'agent_failed', message: HOSTILE, detail: HOSTILE };
  const report = JSON.stringify({ commandId, result: { status: 'error', failure } });
  const reported = await runCliHere(rig, rig.scope, ['report', failed, '-f', '-'], report);
  expect([reported.code, rawIn(reported)]).toEqual([0, []]);
  for (const command of ['show', 'watch']) await expectHarmless(command, failed);
  await plant(rig, 'UPDATE sessions SET step = $2 WHERE session_id = $1', [open, HOSTILE]);
  for (const args of [['list'], ['show', open], ['mirror', 'verify', '--session', open], ['doctor']])
    await expectHarmless(...args);
  expect(await cli('cancel', open, '-r', HOSTILE)).toMatchObject({ code: 0, stdout: 'cancellation requested\n' });
  await expectHarmless('watch', open);
  await expectHarmless('show', open);
  const refused = await cli('show', HOSTILE, '--json');
  expect([refused.code, rawIn(refused)]).toEqual([3, []]);
});
