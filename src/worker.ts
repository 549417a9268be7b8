import { fileURLToPath } from 'node:url';
import { Client } from '@temporalio/client';
import { sleep } from '@temporalio/activity';
import { NativeConnection, Runtime, Worker, type WorkerOptions } from '@temporalio/worker';
import type { Registry } from 'prom-client';
import { keepDoing } from './api/keep-doing.js';
import { lookAtLeases } from './api/look-at-leases.js';
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
import { createIntakeStore } from './store/intake-store.js';
import { createLeaseWatch } from './store/lease-watch.js';
import { createMirror } from './store/mirror.js';
import { createOutputStore } from './store/output-store.js';
import { createPool, type Pool } from './store/pool.js';
import { createProgressStore } from './store/progress-store.js';
import { createSessionCounts } from './store/session-counts.js';
import { logWriter } from './telemetry/log-line.js';
import { addSessionMetrics } from './telemetry/session-metrics.js';
import { activityLog, createWorkerLogger } from './telemetry/worker-log.js';
import { addExecutorMetrics, addReconcilerMetrics, mirrorLag } from './telemetry/worker-metrics.js';
import { createExecutions } from './temporal/executions.js';

export type WorkerRole = 'session' | 'executor';

export interface RunningWorkers {
  /** Ends when every worker has stopped; rejects when one fails. */
  readonly done: Promise<void>;
  stop(): Promise<void>;
}

export interface StartOptions {
  /** Pause between two rounds of the reconciler in the session role; null: none. Default 10,000. */
  readonly reconcileEveryMs?: number | null;
  /** Gets the metrics of these workers; one start of workers per registry. */
  readonly metrics?: Registry | undefined;
}

/** Starts the workers of the given roles in this process. */
export async function startWorkers(
  config: Config,
  address: string,
  rwUrl: string,
  roles: readonly WorkerRole[],
  { reconcileEveryMs = 10_000, metrics }: StartOptions = {},
): Promise<RunningWorkers> {
  const pool = createPool(rwUrl);
  const connection = await NativeConnection.connect(await connectionOptions(config.temporal, address));
  const close = async () => {
    await connection.close();
    await pool.end();
  };
  const create = async () => {
    const temporal = new Client({ connection, namespace: config.temporal.namespace });
    const executions = roles.includes('session') ? createExecutions(temporal, config.taskQueue) : null;
    const seen = executions && { executions, home: await executions.home(), pool, metrics };
    const parts = { pool, rwUrl, home: seen?.home, roles, metrics };
    return { seen, workers: await createWorkers(config, connection, parts) };
  };
  const { seen, workers } = await create().catch(async (error: unknown) => {
    await close();
    throw error;
  });
  const stopping = new AbortController();
  const reconciled =
    seen && reconcileEveryMs !== null ? reconcile(seen, reconcileEveryMs, stopping.signal) : Promise.resolve();
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

interface Parts {
  readonly pool: Pool;
  readonly rwUrl: string;
  readonly home: string | undefined;
  readonly roles: readonly WorkerRole[];
  readonly metrics: Registry | undefined;
}

async function createWorkers(
  config: Config,
  connection: NativeConnection,
  { pool, rwUrl, home, roles, metrics }: Parts,
): Promise<readonly Worker[]> {
  const progress = createProgressStore(pool);
  const workers: Worker[] = [];
  if (roles.includes('session')) {
    const activities = createSessionActivities({
      progress,
      intake: createIntakeStore(pool),
      ...(home === undefined ? {} : { home }),
    });
    const interceptors = { activity: metrics ? [activityLog, mirrorLag(metrics)] : [activityLog] };
    if (metrics && home !== undefined) addSessionMetrics(metrics, createSessionCounts(pool), home);
    workers.push(await sessionWorker(config, connection, { activities, interceptors }));
  }
  if (roles.includes('executor')) {
    const executor = { progress, outputs: createOutputStore(pool, { pause }), runner: await runnerOf(config, rwUrl) };
    const activities = createExecutorActivities(executor);
    const worker = await executorWorker(config, connection, { activities, interceptors: { activity: [activityLog] } });
    if (metrics) addExecutorMetrics(metrics, EXECUTOR_SLOTS, worker);
    workers.push(worker);
  }
  return workers;
}

interface Seen extends Pick<Parts, 'pool' | 'metrics'> {
  readonly executions: Executions;
  readonly home: string;
}

/** Beside the worker of the session role, until the signal. */
async function reconcile(
  { executions, home, pool, metrics }: Seen,
  everyMs: number,
  signal: AbortSignal,
): Promise<void> {
  const { logger } = Runtime.instance();
  const counted = metrics && addReconcilerMetrics(metrics);
  const reconciler = createReconciler({
    executions,
    home,
    mirror: createMirror(pool),
    now: () => Date.now(),
    onDone: (sessionId, did) => {
      counted?.corrected(did);
      logger.info('a row was put right', { sessionId, did });
    },
    onFailed: (sessionId, error) => void logger.warn('a row is still to be put right', { sessionId, error }),
  });
  const failed = (what: string) => (error: unknown) => {
    if (!signal.aborted) logger.warn(`${what} failed; it is tried again`, { error });
  };
  const round = () =>
    reconciler.round().then(
      () => counted?.round('done'),
      (error: unknown) => {
        if (!signal.aborted) counted?.round('failed');
        throw error;
      },
    );
  const watch = createLeaseWatch(pool);
  await Promise.all([
    keepDoing(round, everyMs, signal, failed('reconciling')),
    keepDoing(() => lookAtLeases(watch), LOOK_AT_LEASES_EVERY_MS, signal, failed('looking at leases')),
  ]);
}

const LOOK_AT_LEASES_EVERY_MS = 5_000;

/** Ends with the activity it is called in. */
const pause = (): Promise<void> => sleep(1_000);

type What = Pick<WorkerOptions, 'activities' | 'interceptors'>;

async function sessionWorker(config: Config, connection: NativeConnection, what: What): Promise<Worker> {
  return Worker.create({
    ...what,
    connection,
    namespace: config.temporal.namespace,
    taskQueue: config.taskQueue,
    workflowBundle: { codePath: config.bundlePath ?? BUILT_BUNDLE },
    // A killed worker's sessions are answered by another after this long, at the cost of a little matching.
    stickyQueueScheduleToStartTimeout: config.stickyTimeoutMs,
    maxCachedWorkflows: 1_000,
    maxConcurrentLocalActivityExecutions: 50,
    shutdownGraceTime: '5 seconds',
  });
}

/** Commands at once on one executor host. */
const EXECUTOR_SLOTS = 8;

async function executorWorker(config: Config, connection: NativeConnection, what: What): Promise<Worker> {
  return Worker.create({
    ...what,
    connection,
    namespace: config.temporal.namespace,
    taskQueue: config.executorQueue,
    maxConcurrentActivityTaskExecutions: EXECUTOR_SLOTS,
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

/**
 * Structured lines for whoever collects them. `metricsAddress` is where the SDK's own metrics are
 * told, in this process only.
 */
export function installRuntime(logLevel: Config['logLevel'], metricsAddress: string | null = null): void {
  const write = logWriter((text) => void process.stderr.write(text), process.stderr.isTTY === true);
  Runtime.install({
    logger: createWorkerLogger(logLevel, write),
    telemetryOptions: {
      logging: { forward: {}, filter: 'WARN' },
      ...(metricsAddress === null ? {} : { metrics: { prometheus: { bindAddress: metricsAddress, ...SDK_UNITS } } }),
    },
  });
}

/** As Prometheus names things. */
const SDK_UNITS = { countersTotalSuffix: true, unitSuffix: true, useSecondsForDurations: true };
