import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';

const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
let dataDir: string;
const running: ChildProcess[] = [];

beforeAll(async () => {
  dataDir = await mkdtemp('/var/tmp/specwright-serve-');
});
afterAll(async () => {
  for (const child of running) if (child.exitCode === null) child.kill('SIGKILL');
  await rm(dataDir, { recursive: true, force: true });
});

let metricsAddress = '';
function launch(...args: readonly string[]): ChildProcess {
  const env = { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', SPECWRIGHT_DATA_DIR: dataDir };
  const child = spawn(process.execPath, [CLI, ...args], {
    env: { ...env, SPECWRIGHT_HTTP_PORT: '0', SPECWRIGHT_METRICS_ADDRESS: metricsAddress },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stderr.resume();
  running.push(child);
  return child;
}

async function run(...args: readonly string[]): Promise<{ code: number | null; stdout: string }> {
  const child = launch(...args);
  const [stdout, [code]] = await Promise.all([text(child.stdout!), once(child, 'exit') as Promise<[number | null]>]);
  return { code, stdout };
}

interface Up {
  readonly child: ChildProcess;
  readonly httpUrl: string;
  readonly metricsUrl: string | null;
}

async function upWith(...args: readonly string[]): Promise<Up> {
  const child = launch(...args, '--json');
  const [line] = (await once(child.stdout!, 'data')) as [Buffer];
  return { child, ...(JSON.parse(line.toString()) as Omit<Up, 'child'>) };
}

const me = async (url: string, key: string): Promise<Response> =>
  fetch(`${url}/v1/me`, { headers: { authorization: `Bearer ${key}` } });

test('up and serve answer HTTP; the first key is made on the stack, and ends when it is revoked', async () => {
  metricsAddress = '127.0.0.1:0';
  const { child, httpUrl, metricsUrl } = await upWith('up');
  const stack = JSON.parse(await readFile(join(dataDir, 'stack.json'), 'utf8')) as { httpUrl: string; scope: object };
  expect(stack.httpUrl).toBe(httpUrl);
  expect(((await (await fetch(`${httpUrl}/readyz`)).json()) as { status: string }).status).toBe('ready');

  // One address for everything that runs in the process; another process cannot have it too.
  const scraped = await (await fetch(metricsUrl!)).text();
  for (const name of ['specwright_read_model_up 1', 'specwright_http_request_duration', 'temporal_worker_', 'nodejs_'])
    expect(scraped).toContain(name);
  metricsAddress = new URL(metricsUrl!).host;
  expect((await run('serve')).code).toBe(2);
  metricsAddress = '';

  const created = await run('keys', 'create', '--name', 'first', '--role', 'admin');
  expect(created.code).toBe(0);
  const key = created.stdout.trim();
  expect(key).toMatch(/^sw_[A-Za-z0-9_-]{43}$/);
  const mine = (await (await me(httpUrl, key)).json()) as { keyId: string };
  expect(mine).toMatchObject({ ...stack.scope, role: 'admin' });

  const made = await run(
    'project',
    'create',
    '--name',
    'Other',
    '--user',
    'Ben',
    '--account-name',
    'Elsewhere',
    '--json',
  );
  const other = JSON.parse(made.stdout) as { key: string; accountId: string; projectId: string };
  const { key: otherKey, ...ids } = other;
  expect(await (await me(httpUrl, otherKey)).json()).toEqual({ ...ids, role: 'admin' });
  expect(other.accountId).not.toBe((stack.scope as typeof other).accountId);
  const more = ['project', 'create', '--name', 'More', '--user', 'Cem', '--json', '--account'];
  const beside = JSON.parse((await run(...more, other.accountId)).stdout) as typeof other;
  expect([beside.accountId, beside.projectId === other.projectId]).toEqual([other.accountId, false]);
  expect((await run(...more, other.projectId)).code).toBe(3);
  expect((await run(...more.slice(0, -1))).code).toBe(2);

  const second = await upWith('serve');
  expect(second.metricsUrl).toBeNull();
  expect((await me(second.httpUrl, key)).status).toBe(200);
  second.child.kill('SIGTERM');
  expect(await once(second.child, 'exit')).toEqual([0, null]);

  const listed = await run('keys', 'list', '--json');
  expect(listed.stdout).not.toContain(key);
  expect(JSON.parse(listed.stdout)).toMatchObject({ items: [{ keyId: mine.keyId, name: 'first', role: 'admin' }] });
  const rotated = await run('keys', 'rotate', mine.keyId, '--json');
  const newer = (JSON.parse(rotated.stdout) as { key: string }).key;
  expect((await me(httpUrl, newer)).status).toBe(200);
  expect((await run('keys', 'revoke', mine.keyId)).code).toBe(0);
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  expect((await me(httpUrl, newer)).status).toBe(401);
  expect((await run('keys', 'revoke', 'nonsense')).code).toBe(3);

  child.kill('SIGINT');
  expect(await once(child, 'exit')).toEqual([0, null]);
  await expect(fetch(`${httpUrl}/healthz`)).rejects.toThrow();
  await expect(fetch(metricsUrl!)).rejects.toThrow();
}, 180_000);
