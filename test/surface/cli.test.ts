import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Next } from '../../src/client.js';
import { makeExample } from '../support/example.js';
import { ManualClient } from '../support/manual-client.js';

const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
let dataDir: string;

beforeAll(async () => {
  dataDir = await mkdtemp('/var/tmp/specwright-cli-');
});
afterAll(() => rm(dataDir, { recursive: true, force: true }));

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function launch(
  args: readonly string[],
  env: Record<string, string> = {},
): { child: ChildProcess; ended: Promise<Ended> } {
  const base = { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', SPECWRIGHT_DATA_DIR: dataDir };
  const child = spawn(process.execPath, [CLI, ...args], {
    env: { ...base, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = Promise.all([text(child.stdout), text(child.stderr)]);
  const ended = new Promise<number | null>((resolve) => child.on('exit', resolve)).then(async (code) => {
    const [stdout, stderr] = await output;
    return { code, stdout, stderr };
  });
  return { child, ended };
}

const cli = (args: readonly string[], env?: Record<string, string>): Promise<Ended> => launch(args, env).ended;

test('the demo prints exactly one JSON document; it runs again at once, and after everything was killed', async () => {
  const first = await cli(['demo', '--json']);
  expect(first).toMatchObject({ code: 0 });
  const report = JSON.parse(first.stdout) as { remoteSha: string; commit: string };
  expect(report).toMatchObject({
    status: 'complete',
    branch: expect.stringMatching(/^sw\/context-coding\/billing-/) as unknown,
    children: [
      { component: 'Invoice', status: 'complete', attempts: 1, fixRounds: 1 },
      { component: 'Money', status: 'complete', attempts: 1, fixRounds: 0 },
      { component: 'Receipt', status: 'complete', attempts: 1, fixRounds: 0 },
    ],
    webUi: expect.stringContaining('/workflows/') as unknown,
  });
  expect(report.remoteSha).toBe(report.commit);

  const { child, ended } = launch(['demo', '--json']);
  let progress = '';
  child.stderr!.on('data', (chunk: Buffer) => (progress += chunk.toString()));
  for (let waited = 0; !progress.includes('Money · componentCoding') && waited < 300; waited += 1) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  child.kill('SIGKILL');
  await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 1_000))]);
  const again = await cli(['demo', '--json']);
  expect(again).toMatchObject({ code: 0 });
  expect(JSON.parse(again.stdout)).toMatchObject({ status: 'complete' });
}, 180_000);

test('demo --full delivers four times on branches that stand on each other, within two minutes', async () => {
  const { code, stdout } = await cli(['demo', '--full', '--json']);
  const report = JSON.parse(stdout) as { seconds: number; deliveries: { sessionType: string; status: string }[] };
  expect(code).toBe(0);
  expect(report.deliveries.map(({ sessionType, status }) => `${sessionType} ${status}`)).toEqual([
    'contextDesign complete',
    'contextComponentsDesign complete',
    'contextTesting complete',
    'contextCoding complete',
  ]);
  expect(report.seconds).toBeLessThan(120);
}, 150_000);

test('up keeps the stack private to its owner, commands use it, Ctrl-C ends it', async () => {
  const { child, ended } = launch(['up', '--json']);
  const line = await new Promise<string>((resolve) =>
    child.stdout!.once('data', (chunk: Buffer) => resolve(chunk.toString())),
  );
  expect(JSON.parse(line)).toMatchObject({ scope: { accountId: expect.any(String) as unknown } });
  expect((await stat(join(dataDir, 'stack.json'))).mode & 0o777).toBe(0o600);
  const listed = await cli(['list', '--json']);
  expect((JSON.parse(listed.stdout) as { items: unknown[] }).items.length).toBeGreaterThan(0);
  const unknown = await cli(['show', 'nobody', '--json']);
  expect(unknown).toMatchObject({ code: 3 });
  expect(JSON.parse(unknown.stdout)).toMatchObject({ error: { code: 'session_not_found' } });
  child.kill('SIGINT');
  expect((await ended).code).toBe(0);
}, 90_000);

test('a person works through a session with next and report, sees it with show and watch, and cancels another', async () => {
  const { child, ended } = launch(['up', '--json']);
  await new Promise((resolve) => child.stdout!.once('data', resolve));
  const example = await makeExample(await mkdtemp(join(dataDir, 'example-')), {});
  const file = join(example.folder, 'specwright.yaml');
  const text = await readFile(file, 'utf8');
  await writeFile(file, text.replace('remote: ../shop.git', `remote: ${example.remote}`));
  expect(await cli(['project', 'apply', '-f', file])).toMatchObject({ code: 0 });
  expect((await cli(['project', 'apply', '-f', file])).stdout).toContain('0 created, 0 changed');
  const start = ['start', 'componentCoding', 'Billing', '-c', 'Money', '--no-executor'];
  const id = (await cli(start)).stdout.trim();
  const person = new ManualClient(example, dataDir);
  let next = JSON.parse((await cli(['next', id, '--json'])).stdout) as Next;
  for (let turn = 0; next.kind === 'command'; turn += 1) {
    const report = join(dataDir, `report-${turn}.json`);
    await writeFile(report, JSON.stringify(person.carryOut(next.command)));
    next = (JSON.parse((await cli(['report', id, '-f', report, '--json'])).stdout) as { next: Next }).next;
  }
  expect(next).toEqual({ kind: 'done', status: 'complete' });
  expect((await cli(['show', id])).stdout).toMatch(/status +complete[^]*RunTests {2}ok/);
  const bundle = join(dataDir, 'bundle.json');
  expect(await cli(['export', id, '--out', bundle])).toMatchObject({ code: 0 });
  expect(await cli(['verify-export', bundle])).toMatchObject({ code: 0 });
  await writeFile(bundle, (await readFile(bundle, 'utf8')).replace('"status":"ok"', '"status":"error"'));
  expect(await cli(['verify-export', bundle])).toMatchObject({
    code: 1,
    stdout: expect.stringContaining('was changed') as unknown,
  });
  expect(await cli(['watch', id])).toMatchObject({ code: 0, stdout: expect.stringContaining('✓ Money') as unknown });
  const second = (await cli(start)).stdout.trim();
  await writeFile(join(dataDir, 'bad.json'), '{"commandId": "x", "result": {"status": "ok"}}');
  const refused = await cli(['report', second, '-f', join(dataDir, 'bad.json')]);
  expect(refused).toMatchObject({ code: 3, stderr: expect.stringContaining('unknown_interaction') as unknown });
  expect(await cli(['cancel', second, '-r', 'not needed'])).toMatchObject({ code: 0 });
  expect(await cli(['watch', second])).toMatchObject({ code: 1 });
  expect((await cli(['open', second])).stdout).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/namespaces\/default\/workflows\//);
  child.kill('SIGINT');
  expect((await ended).code).toBe(0);
}, 120_000);

test('what is missing or malformed is one clear sentence and exit code 2', async () => {
  const bad = join(dataDir, 'bad.yaml');
  await writeFile(bad, 'project:\n  name: shop\n  colour: red\n');
  const cases: readonly [readonly string[], Record<string, string>, RegExp][] = [
    [['list'], {}, /no stack is running here .*specwright up/],
    [['demo'], { PATH: '/nonexistent' }, /git is not on PATH/],
    [['up'], { TEMPORAL_CLI_PATH: '/nonexistent/temporal' }, /TEMPORAL_CLI_PATH/],
    [['up'], { SPECWRIGHT_TASKQUEUE: 'x' }, /SPECWRIGHT_TASKQUEUE .*SPECWRIGHT_TASK_QUEUE/],
    [['project', 'apply', '-f', bad], {}, /bad\.yaml:3:\d+: .*colour/],
    [['start', 'contextCodin', 'Billing'], {}, /Use one of: contextDesign/],
    [['perhaps'], {}, /unknown command/],
  ];
  for (const [args, env, message] of cases) {
    const { code, stderr } = await cli(args, env);
    expect([args.join(' '), code]).toEqual([args.join(' '), 2]);
    expect(stderr).toMatch(message);
  }
}, 60_000);
