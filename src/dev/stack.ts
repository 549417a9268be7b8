import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../config.js';
import { type Ownership, takeOwnership } from './ownership.js';
import { startPostgres } from './postgres.js';
import { isRunning, type ProcessIdentity } from './processes.js';
import type { Log } from './programs.js';
import { developmentScope, readStackFile, type StackFile, stackFilePath, writeStackFile } from './stack-file.js';
import { findTemporalCli } from './temporal-cli.js';
import { startTemporalServer } from './temporal-server.js';
import { waitUntil } from './wait-until.js';

export type DatabaseUrls = StackFile['database'];

export interface StackOptions {
  readonly log: Log;
  /** Makes roles, database and tables where they are missing; repeatable. */
  setUpDatabase(adminUrl: string): Promise<DatabaseUrls>;
  /** Ctrl-C while starting: what was started is ended and the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** For tests: nothing is kept and nothing is synced to disk. */
  readonly throwaway?: boolean;
  readonly dynamicConfig?: Readonly<Record<string, string | number | boolean>>;
}

export interface Stack extends StackFile {
  /** True when another process runs this stack; then `stop` leaves it alone. */
  readonly reused: boolean;
  /** Ends what was started here; safe to call again. */
  stop(): Promise<void>;
}

/** One server, started here or given. */
interface Part<T> {
  readonly value: T;
  readonly pid: number | null;
  stop(): Promise<void>;
}

/** The other process may be building the Temporal CLI. */
const OTHER_START_TIMEOUT_MS = 10 * 60_000;
const nothingToStop = async (): Promise<void> => undefined;

/**
 * Postgres and Temporal, ready to use: those named by DATABASE_URL and TEMPORAL_ADDRESS, else embedded ones in the data
 * folder. A stack that another process already runs there is used as it is.
 */
export async function startStack(config: Config, options: StackOptions): Promise<Stack> {
  for (;;) {
    const ownership = await takeOwnership(config.dataDir);
    if (ownership.kind === 'mine') return own(config, options, ownership);
    const stack = await joinStack(config, options, ownership.owner);
    if (stack !== null) return stack;
  }
}

/** The stack of another process, once it is up; null when that process ended meanwhile. */
async function joinStack(config: Config, options: StackOptions, owner: ProcessIdentity): Promise<Stack | null> {
  options.log(`the stack in ${config.dataDir} is run by process ${owner.pid}; using it`);
  const file = await waitUntil(
    async () => {
      options.signal?.throwIfAborted();
      if (!(await isRunning(owner))) return 'ended' as const;
      const found = await readStackFile(config.dataDir);
      return found?.pids.owner === owner.pid ? found : null;
    },
    {
      otherwise: `the stack that process ${owner.pid} is starting in ${config.dataDir} did not come up`,
      timeoutMs: OTHER_START_TIMEOUT_MS,
      everyMs: 200,
    },
  );
  return file === 'ended' ? null : { ...file, reused: true, stop: nothingToStop };
}

async function own(config: Config, options: StackOptions, ownership: Ownership & { kind: 'mine' }): Promise<Stack> {
  await rm(stackFilePath(config.dataDir), { force: true });
  const started = await startBoth(config, options);
  const parts = started.flatMap((part) => (part.status === 'fulfilled' ? [part.value] : []));
  let stopping: Promise<void> | null = null;
  const stop = (): Promise<void> => (stopping ??= stopAll(config, parts, ownership));
  try {
    const [temporal, database] = [valueOf(started[0]), valueOf(started[1])];
    options.signal?.throwIfAborted();
    const file: StackFile = {
      temporal: temporal.value,
      database: database.value,
      scope: await developmentScope(config.dataDir),
      taskQueue: config.taskQueue,
      executorQueue: config.executorQueue,
      httpUrl: null,
      pids: { owner: process.pid, temporal: temporal.pid, postgres: database.pid },
    };
    await writeStackFile(config.dataDir, file);
    return { ...file, reused: false, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

type Settled<T> = PromiseSettledResult<Part<T>>;

/** Side by side; the failure of one ends a long build of the other. */
async function startBoth(
  config: Config,
  options: StackOptions,
): Promise<readonly [Settled<StackFile['temporal']>, Settled<DatabaseUrls>]> {
  const failed = new AbortController();
  const signal = AbortSignal.any([failed.signal, ...(options.signal ? [options.signal] : [])]);
  const noting = (error: unknown): never => {
    failed.abort(error);
    throw error;
  };
  return Promise.allSettled([
    temporalPart(config, options, signal).catch(noting),
    databasePart(config, options).catch(noting),
  ]);
}

async function temporalPart(
  config: Config,
  options: StackOptions,
  signal: AbortSignal,
): Promise<Part<StackFile['temporal']>> {
  const { address, namespace } = config.temporal;
  if (address !== null) return { value: { address, namespace, webUi: null }, pid: null, stop: nothingToStop };
  const server = await startTemporalServer({
    program: await findTemporalCli(config, options.log, signal),
    dataDir: join(config.dataDir, 'temporal'),
    namespace,
    inMemory: options.throwaway ?? false,
    dynamicConfig: options.dynamicConfig ?? {},
    log: options.log,
  });
  return {
    value: { address: server.address, namespace, webUi: server.webUi },
    pid: server.pid,
    stop: () => server.stop(),
  };
}

async function databasePart(config: Config, options: StackOptions): Promise<Part<DatabaseUrls>> {
  const { adminUrl, rwUrl, roUrl } = config.database;
  // With the roles' own URLs given the database is someone's to look after: nothing is set up here.
  if (rwUrl !== null && roUrl !== null) {
    return { value: { ownerUrl: adminUrl, rwUrl, roUrl }, pid: null, stop: nothingToStop };
  }
  if (adminUrl !== null) return { value: await options.setUpDatabase(adminUrl), pid: null, stop: nothingToStop };
  const server = await startPostgres({
    dataDir: config.dataDir,
    throwaway: options.throwaway ?? false,
    log: options.log,
  });
  try {
    return { value: await options.setUpDatabase(server.adminUrl), pid: server.pid, stop: () => server.stop() };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

async function stopAll(
  config: Config,
  parts: readonly Part<unknown>[],
  ownership: Ownership & { kind: 'mine' },
): Promise<void> {
  await rm(stackFilePath(config.dataDir), { force: true });
  const stopped = await Promise.allSettled(parts.map((part) => part.stop()));
  await ownership.release();
  stopped.forEach(valueOf);
}

function valueOf<T>(settled: PromiseSettledResult<T>): T {
  if (settled.status === 'rejected') throw settled.reason;
  return settled.value;
}
