import { appendFileSync, cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, jest, test } from '@jest/globals';
import { endCliProcesses, gatedAgent, makeCheckout, runCliProcess, type CliEnd } from '../support/cli-worker.js';
import { gitIn } from '../support/example.js';
import { expireLease } from '../support/hold-rows.js';
import { commandOf, eventually } from '../support/manual-client.js';
import { createRig, type Rig } from '../support/rig.js';
import { isAlive } from '../support/worker-process.js';

jest.setTimeout(180_000);

let rig: Rig;
afterEach(async () => {
  await endCliProcesses();
  await rig.end();
});

interface Worked {
  readonly owner: string;
  readonly done: readonly { sessionId: string; commandId: string; step: string; outcome: string }[];
  readonly end: string;
  readonly status: string | null;
}
const worked = ({ stdout }: CliEnd): Worked => JSON.parse(stdout) as Worked;
const stepsOf = (end: CliEnd) => worked(end).done.map(({ step, outcome }) => `${step} ${outcome}`);
const money = () => rig.start({ sessionType: 'componentCoding', component: 'Money' });
const untilOpen = (id: string) =>
  eventually(async () => commandOf(await rig.client.nextCommand(id)), `a command of ${id}`);
const turnsOf = async (id: string) =>
  (await rig.reader.get(rig.scope, id))!.interactions.map(({ step, status }) => `${step} ${status}`);
const leasesOf = async (id: string) =>
  (await rig.reader.events(rig.scope, id, 0, 1_000))
    .filter(({ type }) => type === 'lease_taken')
    .map(({ data }) => data as { number: number; owner: string; silent: string | null; commandId: string });

const CODED = ['Initialize ok', 'GenerateImplementation ok', 'RunTests ok', 'Finalize ok'];

test('a manual component is coded in a checkout, from branch to verified push, with the person as committer', async () => {
  rig = await createRig('work component', { workers: ['session'] });
  const checkout = makeCheckout(rig, 'anna');
  const id = await money();
  await untilOpen(id);
  const end = await runCliProcess(rig, ['work', id, '--dir', checkout, '--json']).ended;
  expect([end.code, end.stderr]).toEqual([0, expect.stringContaining('GenerateImplementation: ok')]);
  expect(stepsOf(end)).toEqual(CODED);
  expect(worked(end)).toMatchObject({ status: 'complete', end: 'nothing left' });
  const outcome = await rig.client.result(id);
  expect(
    gitIn(
      rig.example.remote,
      'log',
      '-1',
      '--format=%an %(trailers:key=Specwright-Session,valueonly)',
      outcome.branch!,
    ),
  ).toBe(`anna ${id}`);
  expect(outcome.remoteSha).toBe(gitIn(rig.example.remote, 'rev-parse', outcome.branch!));
  expect(gitIn(checkout, 'status', '--porcelain')).toBe('');
  const stored = (await rig.reader.get(rig.scope, id))!.interactions.at(-1)!;
  expect(stored).toMatchObject({ source: 'claimed' });
});

test('a project is worked through, the children of a manual contextTesting included and each from its merged siblings', async () => {
  rig = await createRig('work project', { workers: ['session'], without: ['test'] });
  const checkout = makeCheckout(rig, 'anna');
  const id = await rig.start({ sessionType: 'contextTesting' });
  await untilOpen(id);
  const end = await runCliProcess(rig, ['work', '--project', '--dir', checkout, '--json']).ended;
  expect([end.code, end.stderr.split('\n').filter((line) => line.startsWith('specwright:'))]).toEqual([0, []]);
  const outcome = await rig.client.result(id);
  expect(outcome).toMatchObject({ status: 'complete' });
  expect(outcome.children.map(({ component, attempts, fixRounds }) => [component, attempts, fixRounds]).sort()).toEqual(
    [
      ['Invoice', 1, 1],
      ['Money', 1, 0],
      ['Receipt', 1, 0],
    ],
  );
  const files = gitIn(rig.example.remote, 'ls-tree', '-r', '--name-only', outcome.branch!, 'test').split('\n');
  expect(files).toEqual(['invoice', 'money', 'receipt'].map((name) => `test/billing/${name}.test.js`));
  const merges = gitIn(checkout, 'log', '--merges', '--format=%s', outcome.branch!).split('\n').sort();
  expect(merges).toEqual(['Merge Invoice', 'Merge Money', 'Merge Receipt']);
  expect(gitIn(rig.example.remote, 'branch', '--list').split('\n')).toHaveLength(2);
});

test('killed in the middle of the agent and run again, it goes on with the same command and no attempt is spent', async () => {
  rig = await createRig('work killed', { workers: ['session'] });
  const checkout = makeCheckout(rig, 'anna');
  const agent = gatedAgent(rig, 'anna');
  const id = await money();
  await untilOpen(id);
  const args = ['work', id, '--dir', checkout, '--json'];
  const first = runCliProcess(rig, args, agent.env);
  const pid = await agent.reached();
  writeFileSync(join(checkout, 'half-done.txt'), 'what an agent leaves behind\n');
  const open = await untilOpen(id);
  first.child.kill('SIGKILL');
  await first.ended;
  expect(isAlive(pid)).toBe(true);
  agent.open();
  const second = await runCliProcess(rig, args, agent.env).ended;
  expect([second.code, second.stderr]).toEqual([0, expect.stringContaining('half-done.txt')]);
  expect(worked(second).done[0]).toMatchObject({ commandId: open.id, outcome: 'ok' });
  expect(await turnsOf(id)).toEqual(CODED);
  const leases = (await leasesOf(id)).filter(({ commandId }) => commandId === open.id);
  expect(leases.map(({ number }) => number)).toEqual([1]);
  expect(leases[0]!.owner).toMatch(/^.+@.+:\/.*\/anna$/);
  // What nobody delivered is out of the way, and not lost.
  expect(existsSync(join(checkout, 'half-done.txt'))).toBe(false);
  expect(gitIn(checkout, 'show', `refs/specwright/parked/${id}:half-done.txt`)).toContain('leaves behind');
});

test('two workers of one project never do the same command', async () => {
  rig = await createRig('work shared', { workers: ['session'] });
  const ids = await Promise.all([1, 2, 3, 4, 5, 6].map(money));
  await Promise.all(ids.map(untilOpen));
  const ends = await Promise.all(
    ['anna', 'bert'].map((name) => {
      const checkout = makeCheckout(rig, name);
      return runCliProcess(rig, ['work', '--project', '--type', 'componentCoding', '--dir', checkout, '--json']).ended;
    }),
  );
  expect(ends.map(({ code }) => code)).toEqual([0, 0]);
  const [anna, bert] = ends.map((end) => worked(end).done);
  expect(anna!.length).toBeGreaterThan(0);
  expect(bert!.length).toBeGreaterThan(0);
  const commands = [...anna!, ...bert!].map(({ commandId }) => commandId);
  expect(new Set(commands).size).toBe(commands.length);
  expect(commands).toHaveLength(ids.length * CODED.length);
  for (const id of ids) expect(await turnsOf(id)).toEqual(CODED);
});

test('a silent holder is waited for, then its command is taken over; its late report is stale and no attempt is spent', async () => {
  rig = await createRig('work silent', { workers: ['session'] });
  const [anna, bert] = [gatedAgent(rig, 'anna'), gatedAgent(rig, 'bert')];
  const id = await money();
  await untilOpen(id);
  const work = (name: string) => [
    'work',
    id,
    '--dir',
    makeCheckout(rig, name),
    '--owner',
    name,
    '--lease',
    '30',
    '--json',
  ];
  const silent = runCliProcess(rig, work('anna'), anna.env);
  await anna.reached();
  silent.child.kill('SIGSTOP');
  const command = await untilOpen(id);
  const next = runCliProcess(rig, work('bert'), bert.env);
  const waits = /anna works on GenerateImplementation \(lease until/;
  await eventually(async () => waits.test(next.said()), 'bert waiting for anna', 60);
  await expireLease(rig, id, command.id);
  await bert.reached();
  const late = { commandId: command.id, result: { status: 'ok' }, lease: 1 } as const;
  await expect(rig.client.submitResult(id, late)).rejects.toMatchObject({ refusal: { code: 'stale_lease' } });
  bert.open();
  expect(await next.ended).toMatchObject({ code: 0 });
  silent.child.kill('SIGCONT');
  const late1 = await silent.ended;
  expect(late1).toMatchObject({
    code: 0,
    stderr: expect.stringMatching(/not (?:reported|accepted)|is not open any more/) as unknown,
  });
  expect(await turnsOf(id)).toEqual(CODED);
  const leases = (await leasesOf(id)).filter(({ commandId }) => commandId === command.id);
  expect(leases.map(({ number, owner, silent: before }) => [number, owner, before])).toEqual([
    [1, 'anna', null],
    [2, 'bert', 'anna'],
  ]);
});

test('Ctrl-C gives the command back with the work kept; a checkout with other changes, or another project, is refused', async () => {
  rig = await createRig('work stopped', { workers: ['session'] });
  const checkout = makeCheckout(rig, 'anna');
  const agent = gatedAgent(rig, 'anna');
  const id = await money();
  await untilOpen(id);
  const args = ['work', id, '--dir', checkout, '--json'];
  writeFileSync(join(checkout, 'mine.txt'), 'mine\n');
  const refused = await runCliProcess(rig, args).ended;
  expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('mine.txt; commit or stash') as unknown });
  expect(existsSync(join(checkout, 'mine.txt'))).toBe(true);
  gitIn(checkout, 'clean', '--quiet', '--force');
  gitIn(checkout, 'remote', 'set-url', 'origin', 'https://example.org/other.git');
  const other = await runCliProcess(rig, args).ended;
  expect(other).toMatchObject({ code: 2, stderr: expect.stringContaining('example.org/other.git') as unknown });
  gitIn(checkout, 'remote', 'set-url', 'origin', rig.example.remote);
  const stopped = runCliProcess(rig, args, agent.env);
  const pid = await agent.reached();
  const busy = await runCliProcess(rig, args).ended;
  expect(busy).toMatchObject({ code: 2, stderr: expect.stringContaining('works in this checkout already') as unknown });
  appendFileSync(join(checkout, 'package.json'), '\n');
  stopped.child.kill('SIGINT');
  const end = await stopped.ended;
  expect([end.code, worked(end).end]).toEqual([1, 'interrupted']);
  expect(isAlive(pid)).toBe(false);
  expect(gitIn(checkout, 'status', '--porcelain')).toContain('package.json');
  agent.open();
  expect(await runCliProcess(rig, args, agent.env).ended).toMatchObject({ code: 0 });
  expect(await turnsOf(id)).toEqual(CODED);
});

test('with --ask a person does what the prompt says, and another session is worked on with the first one put aside', async () => {
  rig = await createRig('work asked', { workers: ['session'] });
  const checkout = makeCheckout(rig, 'anna');
  const id = await money();
  await untilOpen(id);
  const ask = runCliProcess(rig, ['work', id, '--dir', checkout, '--ask', '--json']);
  const file = await eventually(async () => /the task is above, and in (.*\.md)/.exec(ask.said())?.[1], 'the task', 30);
  expect(readFileSync(file, 'utf8')).toContain('Money');
  cpSync(join(rig.example.scripted, 'Billing/Money/GenerateImplementation.1'), checkout, { recursive: true });
  ask.child.kill('SIGINT');
  expect(await ask.ended).toMatchObject({ code: 1 });
  const second = await money();
  await untilOpen(second);
  expect(await runCliProcess(rig, ['work', second, '--dir', checkout, '--json']).ended).toMatchObject({ code: 0 });
  const again = runCliProcess(rig, ['work', id, '--dir', checkout, '--ask', '--json']);
  await eventually(async () => again.said().includes('the task is above'), 'the task again', 30);
  expect(existsSync(join(checkout, 'src/billing/money.js'))).toBe(true);
  again.child.stdin!.write('\n');
  const end = await again.ended;
  expect([end.code, stepsOf(end)]).toEqual([0, CODED.slice(1)]);
});
