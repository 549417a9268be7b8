import { fileURLToPath } from 'node:url';
import { Client } from '@temporalio/client';
import { sleep } from '@temporalio/activity';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { keepReconciling } from './api/keep-reconciling.js';
import { createReconciler } from './api/reconciler.js';
import { createExecutorActivities } from './activities/executor-activities.js';
import { createSessionActivities } from './activities/session-activities.js';
import type { Config } from './config.js';
import { connectionOptions } from './connect.js';
import { MissingProgramError } from './dev/programs.js';
import { createAgent } from './runner/agents/catalog.js';
import type { Runner } from './ports/runner.js';
import { createRunner } from './runner/runner.js';
import type { Executions } from './ports/executions.js';
import { createMirror } from './store/mirror.js';
import { createOutputStore } from './store/output-store.js';
import { createPool, type Pool } from './store/pool.js';
import { createProgressStore } from './store/progress-store.js';
import { createExecutions } from './temporal/executions.js';

export type WorkerRole = 'session' | 'executor';

export interface RunningWorkers {
  /** Ends when every worker has stopped; rejects when one fails. */
  readonly done: Promise<void>;
  stop(): Promise<void>;
}

export interface WorkerOptions {
  /** Pause between two rounds of the reconciler in the session role; null: none. Default 10,000. */
  readonly reconcileEveryMs?: number | null;
}

/** Starts the workers of the given roles in this process. */
export async function startWorkers(
  config: Config,
  address: string,
  rwUrl: string,
  roles: readonly WorkerRole[],
  { reconcileEveryMs = 10_000 }: WorkerOptions = {},
): Promise<RunningWorkers> {
  const pool = createPool(rwUrl);
  const connection = await NativeConnection.connect(await connectionOptions(config.temporal, address));
  const close = async () => {
    await connection.close();
    await pool.end();
  };
  const create = async () => {
    const temporal = new Client({ connection, namespace: config.temporal.namespace });
    const executions = roles.includes('session') ? await createExecutions(temporal, config.taskQueue) : null;
    return { executions, workers: await createWorkers(config, connection, pool, rwUrl, executions?.home, roles) };
  };
  const { executions, workers } = await create().catch(async (error: unknown) => {
    await close();
    throw error;
  });
  const stopping = new AbortController();
  const reconciled =
    executions && reconcileEveryMs !== null
      ? reconcile(executions, pool, reconcileEveryMs, stopping.signal)
      : Promise.resolve();
  const runs = workers.map((worker) => worker.run());
  const shutdown = () => {
    stopping.abort();
    for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
  };
  // When one worker breaks, the others end with it, and everything is closed before anyone hears of it.
  for (const run of runs) run.catch(shutdown);
  const done = Promise.allSettled(runs)
    .then(async () => {
      stopping.abort();
      await reconciled;
      await close();
    })
    .then(() => Promise.all(runs))
    .then(() => undefined);
  return {
    done,
    async stop() {
      shutdown();
      await done.catch(() => {});
    },
  };
}

async function createWorkers(
  config: Config,
  connection: NativeConnection,
  pool: Pool,
  rwUrl: string,
  home: string | undefined,
  roles: readonly WorkerRole[],
): Promise<readonly Worker[]> {
  const progress = createProgressStore(pool);
  const workers: Worker[] = [];
  if (roles.includes('session')) {
    const activities = createSessionActivities({ progress, ...(home === undefined ? {} : { home }) });
    workers.push(await sessionWorker(config, connection, activities));
  }
  if (roles.includes('executor')) {
    const executor = { progress, outputs: createOutputStore(pool, { pause }), runner: await runnerOf(config, rwUrl) };
    workers.push(await executorWorker(config, connection, createExecutorActivities(executor)));
  }
  return workers;
}

/** Beside the worker of the session role, until the signal. */
function reconcile(executions: Executions, pool: Pool, everyMs: number, signal: AbortSignal): Promise<void> {
  const { logger } = Runtime.instance();
  const reconciler = createReconciler({
    executions,
    mirror: createMirror(pool),
    now: () => Date.now(),
    onDone: (sessionId, did) => void logger.info('a row was put right', { sessionId, did }),
    onFailed: (sessionId, error) =>
      void logger.warn('a row is still to be put right', { sessionId, error: String(error) }),
  });
  return keepReconciling(reconciler, everyMs, signal, (error) => {
    if (!signal.aborted) logger.warn('reconciling failed; it is tried again', { error: String(error) });
  });
}

/** Ends with the activity it is called in. */
const pause = (): Promise<void> => sleep(1_000);

async function sessionWorker(config: Config, connection: NativeConnection, activities: object): Promise<Worker> {
  return Worker.create({
    connection,
    namespace: config.temporal.namespace,
    taskQueue: config.taskQueue,
    workflowBundle: { codePath: config.bundlePath ?? BUILT_BUNDLE },
    activities,
    // A killed worker's sessions are answered by another after this long, at the cost of a little matching.
    stickyQueueScheduleToStartTimeout: config.stickyTimeoutMs,
    maxCachedWorkflows: 1_000,
    maxConcurrentLocalActivityExecutions: 50,
    shutdownGraceTime: '5 seconds',
  });
}

async function executorWorker(config: Config, connection: NativeConnection, activities: object): Promise<Worker> {
  return Worker.create({
    connection,
    namespace: config.temporal.namespace,
    taskQueue: config.executorQueue,
    activities,
    maxConcurrentActivityTaskExecutions: 8,
    // Heartbeats are sent at least this often, so that a cancelled command stops at once.
    maxHeartbeatThrottleInterval: '1 second',
    defaultHeartbeatThrottleInterval: '1 second',
    shutdownGraceTime: '2 seconds',
  });
}

const BUILT_BUNDLE = fileURLToPath(new URL('./workflow-bundle.js', import.meta.url));

/** Checked at the start: a missing program is one clear sentence, not a session that fails later. */
async function runnerOf(config: Config, rwUrl: string): Promise<Runner> {
  const runner = configuredRunner(config, rwUrl);
  const problems = await runner.problems();
  if (problems.length > 0) throw new MissingProgramError(problems.join('\n'));
  return runner;
}

/** What an executor of this configuration would lack on this host: git, the agent's program. */
export async function executorProblems(config: Config, rwUrl: string): Promise<readonly string[]> {
  return configuredRunner(config, rwUrl).problems();
}

function configuredRunner(config: Config, rwUrl: string) {
  return createRunner({
    root: config.workspaces,
    agent: createAgent(config.agent, config.searchPath),
    secrets: [...config.secrets, decodeURIComponent(new URL(rwUrl).password)],
    committer: { name: 'specwright', email: 'specwright@localhost' },
    env: config.commandEnv,
    gitEnv: config.gitEnv,
    forgeTokens: config.forgeTokens,
    forgeOrigins: config.forgeOrigins,
    localRemotes: config.localRemotes ?? [],
  });
}

/** Quiet but for warnings; structured lines for whoever collects them. */
export function installRuntime(logLevel: Config['logLevel']): void {
  const level = logLevel.toUpperCase() as 'INFO';
  Runtime.install({
    logger: new DefaultLogger(level, ({ level: severity, timestampNanos, message, meta }) => {
      const time = new Date(Number(timestampNanos / 1_000_000n)).toISOString();
      process.stderr.write(`${JSON.stringify({ time, level: severity, message, ...meta }, safeValue)}\n`);
    }),
    telemetryOptions: { logging: { forward: {}, filter: 'WARN' } },
  });
}

function safeValue(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  return value instanceof Error ? { name: value.name, message: value.message } : value;
}
