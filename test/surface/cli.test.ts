import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';

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
