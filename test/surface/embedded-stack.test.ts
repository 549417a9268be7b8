import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { access, chmod, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Connection } from '@temporalio/client';
import pg from 'pg';
import { loadConfig } from '../../src/config.js';
import { findProcess } from '../../src/dev/processes.js';
import { type Stack, type StackOptions, startStack } from '../../src/dev/stack.js';
import { readStackFile, type StackFile } from '../../src/dev/stack-file.js';

const DIST = new URL('../../dist/', import.meta.url);
let dataDir: string;
const log: string[] = [];
const children: ChildProcess[] = [];

beforeAll(async () => {
  await access(new URL('dev/stack.js', DIST)).catch(() => {
    throw new Error('dist/ is missing: run npm run build');
  });
  dataDir = await mkdtemp(join(tmpdir(), 'specwright-stack-'));
  // So that as root the postgres account reaches it, and removing it removes everything.
  await chmod(dataDir, 0o755);
});

afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  // Whatever a failed test left is taken over, and so ended.
  const stack = await start().catch(() => null);
  await stack?.stop();
  await rm(dataDir, { recursive: true, force: true });
});

const configOf = (folder: string) => {
  const { TEMPORAL_ADDRESS: _address, DATABASE_URL: _url, ...env } = process.env;
  return loadConfig({ ...env, SPECWRIGHT_DATA_DIR: folder });
};

/** The tables are not needed here; the set-up is shown to be called with a working URL. */
const setUpDatabase: StackOptions['setUpDatabase'] = async (adminUrl) => {
  await query(adminUrl, 'create table if not exists kept (n int)');
  return { ownerUrl: adminUrl, rwUrl: adminUrl, roUrl: adminUrl };
};

const start = (options: Partial<StackOptions> = {}): Promise<Stack> =>
  startStack(configOf(dataDir), { log: (line) => log.push(line), setUpDatabase, ...options });

async function query(url: string, sql: string): Promise<pg.QueryResult> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await client.query(sql);
  } finally {
    await client.end();
  }
}

/** Another process that runs the stack until it is killed. */
async function holdStack(): Promise<{ child: ChildProcess; stack: StackFile }> {
  const program = `
    const { loadConfig } = await import(${JSON.stringify(new URL('config.js', DIST).href)});
    const { startStack } = await import(${JSON.stringify(new URL('dev/stack.js', DIST).href)});
    const setUpDatabase = async (url) => ({ ownerUrl: url, rwUrl: url, roUrl: url });
    const stack = await startStack(loadConfig(), { log: () => undefined, setUpDatabase });
    console.log(JSON.stringify(stack));
    setInterval(() => undefined, 1000);`;
  const { TEMPORAL_ADDRESS: _address, DATABASE_URL: _url, NODE_OPTIONS: _options, ...env } = process.env;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    env: { ...env, SPECWRIGHT_DATA_DIR: dataDir },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  return { child, stack: JSON.parse(line) as StackFile };
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}

async function waitForEnd(pid: number): Promise<void> {
  while ((await findProcess(pid)) !== null) await new Promise((done) => setTimeout(done, 20));
}

test('a stack starts, is written down for its owner only, answers, and stops without a trace', async () => {
  const stack = await start();
  expect(stack.reused).toBe(false);
  expect(await readStackFile(dataDir)).toEqual({
    temporal: stack.temporal,
    database: stack.database,
    httpUrl: null,
    scope: stack.scope,
    taskQueue: 'specwright',
    executorQueue: 'specwright-executor',
    pids: stack.pids,
  });
  for (const name of ['stack.json', 'scope.json', 'postgres-password', 'postgres.log']) {
    expect([name, (await stat(join(dataDir, name))).mode & 0o777]).toEqual([name, 0o600]);
  }
  const connection = await Connection.connect({ address: stack.temporal.address });
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace: 'default' });
  await connection.close();
  expect(Object.keys(customAttributes)).toEqual(expect.arrayContaining(['SwAccount', 'SwWaitingOn']));
  expect((await fetch(stack.temporal.webUi!)).status).toBe(200);
  await query(stack.database.rwUrl, 'insert into kept values (1)');

  await Promise.all([stack.stop(), stack.stop()]);
  expect(await findProcess(stack.pids.temporal!)).toBeNull();
  expect(await findProcess(stack.pids.postgres!)).toBeNull();
  expect(await readStackFile(dataDir)).toBeNull();
  await expect(access(join(dataDir, 'owner.json'))).rejects.toThrow('ENOENT');
});

test('a second start uses the stack that another process runs, and does not end it', async () => {
  const { child, stack } = await holdStack();
  const second = await start();
  expect(second).toMatchObject({ reused: true, temporal: stack.temporal, pids: stack.pids });
  expect(log.at(-1)).toMatch(`is run by process ${child.pid}`);
  await second.stop();
  expect(await findProcess(stack.pids.postgres!)).not.toBeNull();

  await kill(child);
  const third = await start();
  // The servers outlived their owner and are taken over as they are.
  expect(third).toMatchObject({ reused: false, scope: stack.scope, temporal: stack.temporal });
  expect(third.pids).toMatchObject({
    temporal: stack.pids.temporal,
    postgres: stack.pids.postgres,
    owner: process.pid,
  });
  await third.stop();
  await waitForEnd(stack.pids.temporal!);
});

test('after a kill of everything it starts again with what was stored', async () => {
  const { child, stack } = await holdStack();
  await kill(child);
  process.kill(stack.pids.postgres!, 'SIGKILL');
  process.kill(stack.pids.temporal!, 'SIGKILL');
  const again = await start();
  expect(again.pids.postgres).not.toBe(stack.pids.postgres);
  expect(again.scope).toEqual(stack.scope);
  expect((await query(again.database.roUrl, 'select n from kept')).rows).toEqual([{ n: 1 }]);
  await again.stop();
});

test('when the database cannot be set up, nothing is left running', async () => {
  const failing = start({ setUpDatabase: () => Promise.reject(new Error('no such migration')) });
  await expect(failing).rejects.toThrow('no such migration');
  const { pid } = JSON.parse(await readFile(join(dataDir, 'temporal', 'temporal-server.json'), 'utf8')) as {
    pid: number;
  };
  expect(await findProcess(pid)).toBeNull();
  await expect(access(join(dataDir, 'owner.json'))).rejects.toThrow('ENOENT');
});

test('Ctrl-C while starting ends what was started', async () => {
  const aborted = new AbortController();
  const starting = start({
    signal: aborted.signal,
    setUpDatabase: async (url) => {
      aborted.abort(new Error('stopped by the user'));
      return setUpDatabase(url);
    },
  });
  await expect(starting).rejects.toThrow('stopped by the user');
  expect(await readStackFile(dataDir)).toBeNull();
});

test('a throwaway stack leaves nothing behind, wherever its database had to be', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'specwright-throwaway-'));
  const elsewhere = `specwright-${createHash('sha256').update(folder).digest('hex').slice(0, 16)}`;
  const stack = await startStack(configOf(folder), { log: () => undefined, setUpDatabase, throwaway: true });
  await query(stack.database.rwUrl, 'insert into kept values (1)');
  await stack.stop();
  expect((await readdir(folder)).filter((name) => name.startsWith('postgres') && !name.includes('.log'))).toEqual([
    'postgres-password',
  ]);
  expect(await readdir('/var/tmp')).not.toContain(elsewhere);
  await rm(folder, { recursive: true });
});

test('servers that are given are used, and nothing embedded is started', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'specwright-given-'));
  const config = loadConfig({
    SPECWRIGHT_DATA_DIR: folder,
    TEMPORAL_ADDRESS: 'temporal.example:7233',
    DATABASE_URL: 'postgres://admin@db.example/postgres',
  });
  const urls = { ownerUrl: 'postgres://o@db/x', rwUrl: 'postgres://w@db/x', roUrl: 'postgres://r@db/x' };
  const stack = await startStack(config, { log: () => undefined, setUpDatabase: async () => urls });
  expect(stack).toMatchObject({ database: urls, pids: { temporal: null, postgres: null } });
  expect(stack.temporal).toEqual({ address: 'temporal.example:7233', namespace: 'default', webUi: null });
  await stack.stop();
  await rm(folder, { recursive: true });
});
