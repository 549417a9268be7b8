import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createAgent, type AgentConfig } from '../../src/runner/agents/catalog.js';
import { compileRunner } from './support/compiled.js';
import {
  command,
  createLab,
  git,
  line,
  node,
  prepared,
  read,
  remoteTip,
  testContext,
  writeFiles,
  type CommandParts,
  type Lab,
} from './support/lab.js';

let lab: Lab;
let compiled: string;
beforeAll(() => {
  compiled = compileRunner();
});
afterAll(() => rmSync(compiled, { recursive: true, force: true }));
afterEach(() => lab.remove());

const REPORT = { path: '.specwright/report.xml', output: 'report', component: 'Cart', testFile: 'test/x.test.js' };
const writesReport = (text: string, exitCode = 0): ReturnType<typeof node> =>
  node(
    `import fs from "node:fs"; console.log("said"); fs.writeFileSync(${JSON.stringify(REPORT.path)}, ${JSON.stringify(text)}); process.exitCode = ${exitCode}`,
  );

async function session(more: Partial<CommandParts> = {}): Promise<CommandParts> {
  const parts = {
    sessionId: `s-${randomUUID()}`,
    branch: `sw/coding/x-${randomUUID().slice(0, 8)}`,
    remote: lab.remote,
    ...more,
  };
  await prepared(lab, parts);
  return parts;
}

test('run_tests: red tests that reported are ok, with the report, the output, the exit code and the files found', async () => {
  lab = createLab({ 'src/a.js': 'a' }, { secrets: ['hunter2'] });
  const parts = await session({
    expects: {
      testReports: [REPORT],
      files: [
        { path: 'src/a.js', why: '' },
        { path: 'src/b.js', why: '' },
      ],
    },
  });
  const context = testContext(parts.sessionId);
  const result = await lab.runner.run(
    command('run_tests', { ...parts, script: [writesReport('<x>hunter2</x>', 1)] }),
    context,
  );
  expect(result).toMatchObject({ status: 'ok', exitCode: 1, evidence: { files: [{ path: 'src/a.js', bytes: 1 }] } });
  expect(context.text('report')).toBe('<x>***</x>');
  expect(context.text('stdout')).toBe('said\n');
  expect(result.outputs?.map((output) => output.name).sort()).toEqual(['report', 'stdout']);
});

test('run_tests: an old report does not count, and a runner that wrote none or cannot start is a warning', async () => {
  lab = createLab();
  const parts = await session({ expects: { testReports: [REPORT] } });
  const run = async (...script: CommandParts['script'] & {}): Promise<unknown[]> => {
    const result = await lab.runner.run(command('run_tests', { ...parts, script }), testContext(parts.sessionId));
    return [result.status, result.failure?.kind, result.failure?.message];
  };
  expect((await run(writesReport('<x/>')))[0]).toBe('ok');
  expect(await run(node('process.exit(3)'))).toEqual([
    'warning',
    'command_failed',
    expect.stringContaining('exit code 3 and wrote no report'),
  ]);
  expect(await run(line(['no-such-runner']))).toEqual([
    'warning',
    'command_failed',
    'no-such-runner is not installed or not on PATH',
  ]);
  expect((await run({ ...node('setInterval(() => {}, 9)'), timeoutMs: 300 }))[1]).toBe('timed_out');
  expect(await run(node('process.exit(1)'), writesReport('<x/>'))).toEqual([
    'warning',
    'command_failed',
    expect.stringContaining('exit code 1'),
  ]);
  expect(await run(line(['pwd'], { cwd: '../..' }))).toEqual([
    'warning',
    'command_failed',
    expect.stringContaining('outside the workspace'),
  ]);
});

test('run_tests: a report that is a link to a file of the host is refused, and nothing of it is stored', async () => {
  lab = createLab();
  const parts = await session({ expects: { testReports: [REPORT] } });
  const context = testContext(parts.sessionId);
  const script = [line(['ln', '-s', '/etc/passwd', REPORT.path])];
  const result = await lab.runner.run(command('run_tests', { ...parts, script }), context);
  expect([result.status, result.failure?.kind]).toEqual(['error', 'invalid_output']);
  expect(context.text('report')).toBe('');
});

test('commands see a neutral home and nothing of the executor; the workspace is made again where it is missing', async () => {
  lab = createLab(undefined, { env: { CI: 'yes' } });
  const parts = await session();
  rmSync(lab.workspace(parts.sessionId), { recursive: true });
  const cwd = join('/another/host/workspaces', parts.sessionId);
  const context = testContext(parts.sessionId);
  await lab.runner.run({ ...command('run_tests', { ...parts, script: [line(['env'])] }), cwd }, context);
  const rows = context.text('stdout').trim().split('\n');
  const names = rows.map((row) => row.split('=')[0]!).sort();
  expect(names.filter((name) => !['PWD', 'OLDPWD', 'SHLVL', '_'].includes(name))).toEqual([
    'CI',
    'HOME',
    'LANG',
    'PATH',
    'SW_PROCESS',
    'TERM',
    'TMPDIR',
  ]);
  expect(context.text('stdout')).toContain(`HOME=${join(lab.root, 'home')}`);
});

function scripted(): AgentConfig {
  return {
    kind: 'scripted',
    dir: join(lab.folder, 'scripted'),
    program: join(compiled, 'runner/agents/scripted-agent.js'),
  };
}

test('the scripted agent copies the turn’s folder over the workspace; a missing folder is named', async () => {
  lab = createLab({ 'src/cart.js': 'old' });
  writeFiles(lab.folder, {
    'scripted/Shop/Cart/Generate.2/src/cart.js': 'new',
    'scripted/Shop/Cart/Generate.2/src/deep/x.js': 'x',
  });
  const runner = lab.newRunner({ agent: createAgent(scripted()) });
  expect(await runner.problems()).toEqual([]);
  const parts = await session({ step: 'Generate', expects: { files: [{ path: 'src/cart.js', why: '' }] } });
  const turn = (n: number): ReturnType<typeof runner.run> =>
    runner.run(command('agent', { ...parts, agent: { turn: n } }), testContext(parts.sessionId));
  expect(await turn(2)).toMatchObject({ status: 'ok', exitCode: 0, evidence: { files: [{ bytes: 3 }] } });
  expect(read(join(lab.workspace(parts.sessionId), 'src/deep/x.js'))).toBe('x');
  const missing = await turn(3);
  const folder = join(lab.folder, 'scripted/Shop/Cart/Generate.3');
  expect(missing).toMatchObject({
    status: 'error',
    exitCode: 3,
    failure: { kind: 'agent_failed', message: `there is no prepared output ${folder}` },
  });
});

test('the scripted agent follows no link, neither from its folder nor out of the workspace', async () => {
  lab = createLab();
  writeFiles(lab.folder, {
    'scripted/Shop/Cart/Out.1/way/x.js': 'x',
    'scripted/Shop/Cart/File.1/file.js': 'new',
    'outside/file.js': 'old',
  });
  writeFiles(lab.folder, { 'scripted/Shop/Cart/In.1/a.js': 'a' });
  symlinkSync('/etc/passwd', join(lab.folder, 'scripted/Shop/Cart/In.1/link.js'));
  const runner = lab.newRunner({ agent: createAgent(scripted()) });
  const parts = await session();
  const workspace = lab.workspace(parts.sessionId);
  symlinkSync(join(lab.folder, 'outside'), join(workspace, 'way'));
  symlinkSync(join(lab.folder, 'outside/file.js'), join(workspace, 'file.js'));
  const step = async (name: string): Promise<unknown> =>
    (await runner.run(command('agent', { ...parts, step: name }), testContext(parts.sessionId))).exitCode;
  expect([await step('Out'), await step('In'), await step('File'), await step('../x')]).toEqual([4, 4, 0, 4]);
  expect(existsSync(join(lab.folder, 'outside/x.js'))).toBe(false);
  expect([read(join(lab.folder, 'outside/file.js')), read(join(workspace, 'file.js'))]).toEqual(['old', 'new']);
});

test('the command agent gets its prompt as a file and on standard input, and its failures in words', async () => {
  lab = createLab();
  const source = `import fs from 'node:fs'; const [file, where, note] = process.argv.slice(1);
    fs.writeFileSync('seen.json', JSON.stringify([fs.readFileSync(file, 'utf8'), fs.readFileSync(0, 'utf8'), where, note]));`;
  const argv = [
    process.execPath,
    '--input-type=module',
    '-e',
    source,
    '--',
    '{prompt_file}',
    '{workspace}',
    'at {component} {step} {turn} {other}',
  ];
  const runner = lab.newRunner({ agent: createAgent({ kind: 'command', argv }) });
  const parts = await session({ step: 'Generate' });
  const prompt = 'Do $(this) & `that`, {workspace} $& included';
  const result = await runner.run(command('agent', { ...parts, agent: { prompt } }), testContext(parts.sessionId));
  expect(result.status).toBe('ok');
  const workspace = lab.workspace(parts.sessionId);
  expect(JSON.parse(read(join(workspace, 'seen.json')))).toEqual([
    prompt,
    prompt,
    workspace,
    'at Cart Generate 1 {other}',
  ]);
  const failing = createAgent({ kind: 'command', argv: ['false'] });
  const failed = await lab.newRunner({ agent: failing }).run(command('agent', parts), testContext(parts.sessionId));
  expect(failed).toMatchObject({ status: 'error', exitCode: 1, failure: { kind: 'agent_failed' } });
  const absent = lab.newRunner({
    agent: createAgent({ kind: 'command', argv: ['no-such-agent'] }, '/usr/bin:/bin'),
    git: 'no-such-git',
  });
  expect(await absent.problems()).toEqual([
    expect.stringContaining('git is not installed or not on PATH'),
    expect.stringContaining('no-such-agent'),
  ]);
});

test('cancelling a command ends it and rejects with the reason; progress was told before', async () => {
  lab = createLab();
  const parts = await session();
  const abort = new AbortController();
  const reason = new Error('cancelled');
  const context = testContext(parts.sessionId, { signal: abort.signal });
  setTimeout(() => abort.abort(reason), 500);
  const startedAt = Date.now();
  await expect(
    lab.runner.run(command('run_tests', { ...parts, script: [node('setInterval(() => {}, 9)')] }), context),
  ).rejects.toBe(reason);
  expect(Date.now() - startedAt).toBeLessThan(5_000);
  expect(context.lines.join('\n')).toContain('running');
});

/** A whole executor in a process of its own, which ends itself with SIGKILL when it says the given word. */
function dyingExecutor(
  word: string,
  kind: 'finalize' | 'agent',
  parts: CommandParts,
  argv: readonly string[],
): ReturnType<typeof spawn> {
  const program = `
    import { createRunner } from ${JSON.stringify(join(compiled, 'runner/runner.js'))};
    import { createAgent } from ${JSON.stringify(join(compiled, 'runner/agents/catalog.js'))};
    const [root, argv, command, word] = JSON.parse(process.argv[2]);
    const runner = createRunner({ root, env: { PATH: process.env.PATH }, secrets: [], localRemotes: 'any', committer: { name: 'S', email: 's@example.invalid' }, agent: createAgent({ kind: 'command', argv }) });
    const writer = { write: async () => {}, finish: async () => ({ id: 'x', sha256: 'x', bytes: 0 }) };
    await runner.run(command, { sessionId: command.sessionId, signal: new AbortController().signal, output: async () => writer,
      progress: (line) => { if (line.includes(word)) process.kill(process.pid, 'SIGKILL'); } });`;
  const file = join(lab.folder, `dying-${randomUUID()}.mjs`);
  writeFileSync(file, program);
  return spawn(process.execPath, [file, JSON.stringify([lab.root, argv, command(kind, parts), word])], {
    stdio: 'inherit',
  });
}

const ended = (child: ReturnType<typeof spawn>): Promise<string | null> =>
  new Promise((resolve) => child.once('exit', (_code, signal) => resolve(signal)));

test('an executor killed with SIGKILL in Finalize, holding the lock, is taken over: one commit, one tip', async () => {
  lab = createLab();
  const parts = await session({ push: true, files: ['src/a.js'] });
  writeFiles(lab.workspace(parts.sessionId), { 'src/a.js': 'a' });
  for (const word of ['committed', 'pushed']) {
    expect(await ended(dyingExecutor(word, 'finalize', parts, ['true']))).toBe('SIGKILL');
  }
  const result = await lab.runner.run(command('finalize', parts), testContext(parts.sessionId));
  expect([result.status, result.evidence?.git?.commit]).toEqual(['ok', remoteTip(lab, parts.branch)]);
  expect(git(lab.clone(), 'rev-list', '--count', `origin/main..origin/${parts.branch}`)).toBe('1');
});

test('an agent left running by a killed executor is ended before the workspace is used again', async () => {
  lab = createLab();
  const parts = await session();
  const source =
    'import fs from "node:fs"; setInterval(() => fs.appendFileSync("alive", "."), 20); process.stdout.write("x")';
  const executor = dyingExecutor('bytes of output', 'agent', parts, [
    process.execPath,
    '--input-type=module',
    '-e',
    source,
  ]);
  expect(await ended(executor)).toBe('SIGKILL');
  const alive = join(lab.workspace(parts.sessionId), 'alive');
  const size = (): number => (existsSync(alive) ? read(alive).length : 0);
  await sleep(300);
  expect(size()).toBeGreaterThan(0);
  await lab.runner.run(command('run_tests', { ...parts, script: [line(['true'])] }), testContext(parts.sessionId));
  await sleep(100);
  const then = size();
  await sleep(200);
  expect(size()).toBe(then);
  expect(execFileSync('ls', [join(lab.root, 'running', parts.sessionId)], { encoding: 'utf8' })).toBe('');
});
