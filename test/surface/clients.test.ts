import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { createHttpClient, type HttpClient } from '../../src/http-client.js';
import { makeExample, type Example } from '../support/example.js';
import { eventually } from '../support/manual-client.js';

jest.setTimeout(180_000);

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
let folder: string;
let example: Example;
let up: ChildProcess;
type Variables = Record<string, string>;
let env: Variables;
/** Without what the page exports. */
let beside: Variables;
/** As on another machine: what finds the stack all the same goes over HTTP. */
const away = () => ({ SPECWRIGHT_DATA_DIR: join(folder, 'no-data') });
let api: HttpClient;
const sections = new Map<string, string>();

/** Everything between fences of that kind, in a section of the page. */
const blocks = (section: string, kind: string): string[] =>
  [...(sections.get(section) ?? '').matchAll(/^```(\w+)\n([^]*?)^```$/gm)].flatMap(([, one, text]) =>
    one === kind ? [text!] : [],
  );

beforeAll(async () => {
  folder = await mkdtemp('/var/tmp/specwright-clients-');
  const page = await readFile(join(ROOT, 'docs/clients.md'), 'utf8');
  for (const [, title = '', text = ''] of page.matchAll(/^## (.*)\n([^]*?)(?=^## |$(?![^]))/gm))
    sections.set(title, text);
  await makeProject();
  await makePrograms();
  up = spawn('specwright', ['up', '--json'], { env, stdio: ['ignore', 'pipe', 'ignore'] });
  const [line] = (await once(up.stdout!, 'data')) as [Buffer];
  const stack = JSON.parse(line.toString()) as { httpUrl: string; temporal: { address: string } };
  const SPECWRIGHT_HTTP_PORT = new URL(stack.httpUrl).port;
  env = { ...env, SPECWRIGHT_HTTP_PORT, TEMPORAL_ADDRESS: stack.temporal.address };
  // Once for all: what it exports is there for the rest of the page.
  const exported = ['SW_SCOPE', 'SPECWRIGHT_URL', 'SPECWRIGHT_API_KEY'];
  const { stdout } = await shell([...blocks('Before', 'sh'), ...exported.map((name) => `echo "$${name}"`)].join('\n'));
  const [SW_SCOPE = '', SPECWRIGHT_URL = '', SPECWRIGHT_API_KEY = ''] = stdout.trim().split('\n').slice(-3);
  beside = env;
  env = { ...env, SW_SCOPE, SPECWRIGHT_URL, SPECWRIGHT_API_KEY };
  api = createHttpClient({ url: SPECWRIGHT_URL, key: SPECWRIGHT_API_KEY });
});
afterAll(async () => {
  up.kill('SIGINT');
  if (up.exitCode === null) await once(up, 'exit');
  up.stdout?.destroy();
  await rm(folder, { recursive: true, force: true });
});

/** A repository whose specwright.yaml names its own remote. */
async function makeProject(): Promise<void> {
  const remote = join(folder, 'repositories/shop/remote.git');
  const file = await readFile(join(ROOT, 'examples/shop/specwright.yaml'), 'utf8');
  example = await makeExample(folder, {
    files: { 'specwright.yaml': file.replace('remote: ../shop.git', `remote: ${remote}`) },
  });
}

/** `specwright` on the PATH, and the page's and the examples' TypeScript checked and compiled where the packages are. */
async function makePrograms(): Promise<void> {
  const [bin, modules] = [join(folder, 'bin'), join(folder, 'programs/node_modules')];
  await mkdir(bin);
  await mkdir(modules, { recursive: true });
  const program = `#!/bin/sh\nexec "${process.execPath}" "${ROOT}/dist/cli.js" "$@"\n`;
  await writeFile(join(bin, 'specwright'), program, { mode: 0o755 });
  await symlink(ROOT, join(modules, 'specwright'));
  for (const name of ['@temporalio', '@types']) await symlink(join(ROOT, 'node_modules', name), join(modules, name));
  const clients = join(ROOT, 'examples/clients');
  const sources = join(folder, 'programs/src');
  await run('cp', ['-r', clients, sources]);
  await writeFile(join(folder, 'programs/package.json'), '{"type":"module"}');
  for (const [name, title] of Object.entries(PAGE_PROGRAMS))
    await writeFile(join(sources, `${name}.ts`), blocks(title, 'ts')[0]!);
  const names = ['service-over-temporal', 'service-over-http', ...Object.keys(PAGE_PROGRAMS)];
  const options = ['--strict', '--skipLibCheck', '--target', 'es2022', '--module', 'nodenext', '--types', 'node'];
  const files = names.map((name) => `src/${name}.ts`);
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  await run(process.execPath, [tsc, ...options, '--outDir', 'built', ...files], {
    cwd: join(folder, 'programs'),
  }).catch((error: unknown) => Promise.reject(new Error((error as { stdout: string }).stdout)));
  env = {
    PATH: `${bin}:${process.env['PATH']}`,
    HOME: process.env['HOME'] ?? '',
    SPECWRIGHT_DATA_DIR: join(folder, 'data'),
    SPECWRIGHT_HTTP_PORT: '0',
    PREPARED_OUTPUTS: example.scripted,
    BUILT: join(folder, 'programs/built'),
    CLIENTS: clients,
  };
}
const PAGE_PROGRAMS = {
  'page-temporal': 'TypeScript service, Temporal alone',
  'page-http': 'TypeScript service over HTTP',
};

let clones = 0;
/** Runs lines in a fresh clone of the project; any that fails fails the test, with what was said. */
async function shell(lines: string, variables = env): Promise<{ stdout: string; clone: string }> {
  const clone = join(folder, `clone-${(clones += 1)}`);
  await run('git', ['clone', '--quiet', example.remote, clone]);
  for (const [name, value] of [
    ['name', 'anna'],
    ['email', 'anna@localhost'],
  ] as const) {
    await run('git', ['-C', clone, 'config', `user.${name}`, value]);
  }
  const ran = run('bash', ['--norc', '-euo', 'pipefail', '-c', lines], {
    cwd: clone,
    env: variables,
  });
  const { stdout } = await ran.catch((error: unknown) => {
    const { message, stdout: out, stderr } = error as { message: string; stdout: string; stderr: string };
    throw new Error(`${message}\n${out}\n${stderr}`);
  });
  return { stdout, clone };
}

const statusOf = async (sessionId: string) => (await api.getSession(sessionId)).status;
const idIn = (text: string): string => /[0-9a-f]{8}-[0-9a-f-]{27}/.exec(text)?.[0] ?? 'no id';

test('the example with curl does the first steps of a session', async () => {
  const { stdout } = await shell(`bash "$CLIENTS/first-steps.sh"`);
  expect(stdout).toMatch(/accepted; next: .*Money/);
  expect(stdout).toContain('"duplicate":true');
  expect(stdout).toContain('"type":"lease_taken"');
  expect(stdout).toMatch(/^id: 2\nevent: /m);
  const { items } = await api.listInteractions(/^session (\S+)$/m.exec(stdout)![1]!);
  expect(items.map(({ step, status }) => [step, status])[0]).toEqual(['Initialize', 'ok']);
});

test.each(['service-over-temporal', 'service-over-http'])('the example %s runs a whole session', async (name) => {
  const { stdout } = await shell(`node "$BUILT/${name}.js"`);
  expect(stdout).toMatch(/ complete$/m);
  expect(stdout).toMatch(/(session_closed|404 session_not_found): /);
  if (name === 'service-over-http') expect(stdout).toMatch(/ {2}event 1 /);
  const id = /^(\S+) complete$/m.exec(stdout)![1]!;
  const { state } = await api.getSession(id);
  const { stdout: pushed } = await run('git', ['-C', example.remote, 'rev-parse', state.branch!]);
  expect(pushed.trim()).toBe(state.remoteSha);
});

test('the page’s lines for curl run as written', async () => {
  const { stdout } = await shell(blocks('curl', 'sh').join('') + '\necho "was $session"');
  expect(stdout).toContain('"owner":"me"');
  expect(stdout).toContain('"accepted":true');
  expect(stdout).toContain('event: end\ndata: {"status":"cancelled"}');
  expect(await statusOf(/^was (\S+)$/m.exec(stdout)![1]!)).toBe('cancelled');
});

test.each(Object.keys(PAGE_PROGRAMS))('the page’s program %s runs as written', async (name) => {
  const { stdout } = await shell(`node "$BUILT/${name}.js"`);
  const expected = name === 'page-http' ? /^1 \w+\n[^]*^404 session_not_found /m : /→ (command|wait)/;
  expect(stdout).toMatch(expected);
});

test('the page’s lines for a person run as written where no stack is, and the work is delivered', async () => {
  const lines = blocks('Person at a terminal', 'sh');
  expect(lines).toHaveLength(2);
  const worked = await shell(`${lines[0]}\necho "was $session"`, { ...env, ...away() });
  const id = /^was (\S+)$/m.exec(worked.stdout)![1]!;
  expect(await statusOf(id)).toBe('complete');
  const { stdout } = await shell(lines[1]!, { ...env, ...away() });
  expect(stdout).toContain(id);
  expect(stdout).toMatch(/status +active[^]*Initialize {2}warning/);
  expect(await statusOf(idIn(stdout.slice(stdout.indexOf('session    '))))).toMatch(/active|cancelled/);
});

interface Taken {
  readonly lease: { readonly number: number };
  readonly command: { readonly commandId: string };
}
interface McpEntry {
  readonly command?: string;
  readonly args?: string[];
  readonly env?: Variables;
  readonly url?: string;
  readonly headers?: { readonly Authorization: string };
}

test('an agent set up as the page says finds, takes and reports a command in each of the three ways', async () => {
  const entries = blocks('Agent over MCP', 'json').map((text) => {
    const filled = text.replace(/\$\{(\w+)\}/g, (_all, name: string) => env[name]!);
    return (JSON.parse(filled) as { mcpServers: { specwright: McpEntry } }).mcpServers.specwright;
  });
  expect(entries).toHaveLength(3);
  for (const { command, args = [], env: given, url, headers } of entries) {
    const where = given ? { ...beside, ...away(), ...given } : beside;
    const agent = new Client({ name: 'test', version: '1' });
    await agent.connect(
      command
        ? new StdioClientTransport({ command, args, env: where, stderr: 'ignore' })
        : new StreamableHTTPClientTransport(new URL(url!), { requestInit: { headers: { ...headers } } }),
    );
    const call = async (name: string, given: Record<string, unknown>): Promise<string> => {
      const { content } = await agent.callTool({ name, arguments: given });
      return (content as { text: string }[])[0]!.text;
    };
    const { tools } = await agent.listTools();
    const named = [...sections.get('Agent over MCP')!.matchAll(/^\| `(\w+)`/gm)].map(([, name]) => name);
    expect(tools.map(({ name }) => name).sort()).toEqual(named.sort());
    const subject = { sessionType: 'componentCoding', context: 'Billing', component: 'Money' } as const;
    const { sessionId } = await api.startSession({ ...subject, executorQueue: null });
    const found = () => call('list_sessions', { waitingOn: 'client' });
    await eventually(async () => (await found()).includes(sessionId), 'the session in the list');
    expect(await call('next_command', { sessionId })).toContain('prepare_workspace');
    const taken = JSON.parse(await call('take_command', { sessionId })) as Taken;
    const result = { status: 'error', failure: { kind: 'command_failed', message: 'no git here' } };
    const report = { sessionId, commandId: taken.command.commandId, lease: taken.lease.number, result };
    expect(JSON.parse(await call('report_result', report))).toMatchObject({ accepted: true });
    await api.cancelSession(sessionId, { reason: 'seen' });
    await agent.close();
  }
});
