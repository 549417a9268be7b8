import { randomBytes, randomUUID } from 'node:crypto';
import { chmod, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Client } from '@temporalio/client';
import { bundleWorkflowCode } from '@temporalio/worker';
import pg from 'pg';
import { createAccess } from '../src/api/access.js';
import { createSpecwrightClient, type SpecwrightClient } from '../src/client.js';
import { loadConfig, type Config } from '../src/config.js';
import { connectClient } from '../src/connect.js';
import type { Stack } from '../src/dev/stack.js';
import type { Scope } from '../src/domain/scope.js';
import { startLocalStack } from '../src/local-stack.js';
import { newKey } from '../src/store/access/keys.js';
import { createAccessStore } from '../src/store/access-store.js';
import { createPool } from '../src/store/pool.js';
import { createProjectStore } from '../src/store/project-store.js';
import { BARE_TABLE } from './bare-contract.js';
import { MODEL } from './model.js';
import { endWorkers, forkWorker, type WorkerHandle } from './worker-handle.js';
import type { Role } from './worker-messages.js';

export type Log = (line: string) => void;

/** Servers of the benchmark's own, a scope with the model applied, and clients. */
export interface BenchStack {
  readonly config: Config;
  readonly pids: Stack['pids'];
  readonly scope: Scope;
  readonly temporal: Client;
  /** As the owner of the tables. */
  readonly database: pg.Client;
  /** A key for the scope. */
  newKey(): Promise<string>;
  /** A client of the sessions on this task queue. */
  client(taskQueue: string): SpecwrightClient;
  readonly databaseUrls: Stack['database'];
  /** A worker process, or the HTTP API in one; the roles are all specwright's or all bare. */
  worker(taskQueue: string, roles: readonly Role[]): Promise<WorkerHandle>;
  /** Ends the workers and the servers. */
  stop(): Promise<void>;
  /** Ends the clients; only with no call under way, as one that is tried again on a closed connection ends the process. */
  close(): Promise<void>;
}

/** How long one call of a client may take. */
const CALL_TIMEOUT_MS = 60_000;
// Open to the account Postgres runs as, which a folder of root's own is not.
const ROOT = '/var/tmp';
const FOLDER = /^specwright-bench-(\d+)-[0-9a-f]{8}$/;

export async function startBenchStack(log: Log, signal: AbortSignal): Promise<BenchStack> {
  for (const name of await readdir(ROOT)) await removeLeftover(name, log);
  const dataDir = join(ROOT, `specwright-bench-${process.pid}-${randomBytes(4).toString('hex')}`);
  await mkdir(dataDir);
  await chmod(dataDir, 0o711);
  const config = configFor(dataDir);
  log(`starting Temporal and Postgres in ${dataDir}`);
  const [stack, ...bundles] = await Promise.allSettled([
    startLocalStack(config, { log, signal }),
    bundle('../src/workflows/index.js', join(dataDir, 'session-workflows.js'), ['../src/workflows/activation.js']),
    bundle('./bare-workflows.js', join(dataDir, 'bare-workflows.js')),
  ]);
  const stop = async () => {
    await endWorkers();
    if (stack.status === 'fulfilled') await stack.value.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
  try {
    if (stack.status === 'rejected') throw stack.reason;
    for (const made of bundles) if (made.status === 'rejected') throw made.reason;
    return await connect(config, stack.value, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function connect(config: Config, stack: Stack, stop: () => Promise<void>): Promise<BenchStack> {
  const { address } = stack.temporal;
  const temporal = await connectClient(config.temporal, address);
  const database = await openDatabase(stack.database);
  const scope = await makeScope(stack.database.rwUrl);
  return {
    config,
    pids: stack.pids,
    temporal,
    database,
    scope,
    databaseUrls: stack.database,
    newKey: () => newKeyOf(stack.database.rwUrl, scope),
    client: (taskQueue) =>
      createSpecwrightClient({
        temporal,
        taskQueue,
        timeoutMs: CALL_TIMEOUT_MS,
        workflowTaskTimeoutMs: config.taskTimeoutMs,
      }),
    worker: (taskQueue, roles) => {
      const bundleName = roles.some((role) => role.startsWith('bare')) ? 'bare-workflows.js' : 'session-workflows.js';
      const { rwUrl, roUrl } = stack.database;
      const { dataDir } = config;
      return forkWorker({ roles, address, rwUrl, roUrl, dataDir, taskQueue, bundlePath: join(dataDir, bundleName) });
    },
    stop,
    async close() {
      await temporal.connection.close();
      await database.end();
    },
  };
}

function configFor(dataDir: string): Config {
  const { PATH, HOME, XDG_CACHE_HOME, TEMPORAL_CLI_PATH } = process.env;
  return loadConfig({
    PATH,
    HOME,
    XDG_CACHE_HOME,
    TEMPORAL_CLI_PATH,
    SPECWRIGHT_DATA_DIR: dataDir,
    SPECWRIGHT_LOG_LEVEL: 'error',
  });
}

async function bundle(module: string, path: string, interceptors: readonly string[] = []): Promise<void> {
  const silent = { log() {}, trace() {}, debug() {}, info() {}, warn: console.warn, error: console.error };
  const file = (name: string) => fileURLToPath(new URL(name, import.meta.url));
  const workflowInterceptorModules = interceptors.map(file);
  const { code } = await bundleWorkflowCode({
    workflowsPath: file(module),
    workflowInterceptorModules,
    logger: silent,
  });
  await writeFile(path, code);
}

/** The bare workflow's table, in the same database and written by the same role. */
async function openDatabase({ ownerUrl }: Stack['database']): Promise<pg.Client> {
  if (ownerUrl === null) throw new Error('the stack was not started here');
  const database = new pg.Client({ connectionString: ownerUrl, connectionTimeoutMillis: 5_000, query_timeout: 30_000 });
  database.on('error', () => undefined);
  await database.connect();
  await database.query(`${BARE_TABLE}; GRANT SELECT, INSERT, UPDATE ON bench_turns TO sw_rw`);
  return database;
}

async function makeScope(rwUrl: string): Promise<Scope> {
  const scope: Scope = { accountId: randomUUID(), projectId: randomUUID(), userId: randomUUID() };
  const pool = createPool(rwUrl);
  try {
    const projects = createProjectStore(pool);
    await projects.ensureScope(scope, { account: 'bench', project: 'bench', user: 'bench' });
    await projects.applyModel(scope, MODEL);
  } finally {
    await pool.end();
  }
  return scope;
}

async function newKeyOf(rwUrl: string, scope: Scope): Promise<string> {
  const pool = createPool(rwUrl);
  try {
    const access = createAccess({ store: createAccessStore(pool), newId: randomUUID, newKey });
    const by = { scope, role: 'admin', keyId: randomUUID() } as const;
    return (await access.createKey(by, { name: 'bench', role: 'developer' })).key;
  } finally {
    await pool.end();
  }
}

/** The servers outlive a benchmark that was killed. Its folder names its process; they are taken over to be ended. */
async function removeLeftover(name: string, log: Log): Promise<void> {
  const owner = FOLDER.exec(name)?.[1];
  if (owner === undefined || isAlive(Number(owner))) return;
  const dataDir = join(ROOT, name);
  log(`removing ${dataDir}, left by a benchmark that was killed`);
  try {
    await (await startLocalStack(configFor(dataDir), { log })).stop();
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
