import { NativeConnection, Worker } from '@temporalio/worker';
import pg from 'pg';
import { createExecutorActivities } from '../src/activities/executor-activities.js';
import { loadConfig, type Config } from '../src/config.js';
import { startServer } from '../src/server.js';
import { createOutputStore } from '../src/store/output-store.js';
import { createPool, type Pool } from '../src/store/pool.js';
import { createProgressStore } from '../src/store/progress-store.js';
import { installRuntime, startWorkers } from '../src/worker.js';
import { bareExecutorActivities, createBareActivities } from './bare-activities.js';
import { trivialRunner } from './trivial-runner.js';
import { executorQueueOf, type FromWorker, type Role, type WorkerSpec } from './worker-messages.js';

// A worker in a process of its own, so that its CPU and memory are its own and it can be killed. Ended by its parent.
const spec = JSON.parse(process.argv[2] ?? '{}') as WorkerSpec;
const executorOptions = { maxConcurrentActivityTaskExecutions: 8 };
/** Every request is the benchmark's, with one key. */
const NO_LIMIT = { perSecond: 1_000_000, burst: 1_000_000 };
let statements = 0;
countStatements();
installRuntime('error');
const urls = await Promise.all(spec.roles.map((role) => (role === 'api' ? startApi() : start(role))));
process.on('message', () =>
  say({ kind: 'stats', stats: { rssBytes: process.memoryUsage.rss(), cpuMs: cpuMs(), statements } }),
);
process.on('disconnect', () => process.exit(0));
say({ kind: 'ready', url: urls.find((url) => url !== null) ?? null });

/** On the real connections, which do what they always do. */
function countStatements(): void {
  const prototype = pg.Client.prototype as unknown as { query: (...args: unknown[]) => unknown };
  const { query } = prototype;
  prototype.query = function (this: pg.Client, ...args: unknown[]) {
    statements += 1;
    return query.apply(this, args);
  };
}

/** specwright's own HTTP server, composed as in production. */
async function startApi(): Promise<string> {
  const { address, rwUrl, roUrl, taskQueue } = spec;
  const config = { ...configOf(), http: { host: '127.0.0.1', port: 0 } };
  const database = { rwUrl, roUrl };
  const stack = { temporal: { address }, database, taskQueue, executorQueue: executorQueueOf(taskQueue) };
  return (await startServer(config, stack, { rateLimit: NO_LIMIT })).url;
}

async function start(role: Exclude<Role, 'api'>): Promise<null> {
  const { address, rwUrl, taskQueue } = spec;
  const config = configOf();
  // specwright's own worker, composed as in production.
  if (role === 'session') return ending((await startWorkers(config, address, rwUrl, ['session'])).done);
  const connection = await NativeConnection.connect({ address });
  const pool = createPool(rwUrl);
  const isWorkflows = role === 'bare';
  const worker = await Worker.create({
    connection,
    namespace: config.temporal.namespace,
    taskQueue: isWorkflows ? taskQueue : executorQueueOf(taskQueue),
    activities: activitiesOf(role, pool),
    ...(isWorkflows ? workflowOptions(config) : executorOptions),
  });
  return ending(worker.run());
}

function ending(done: Promise<void>): null {
  done.catch((error: unknown) => {
    console.error(error);
    process.exit(1);
  });
  return null;
}

function activitiesOf(role: Exclude<Role, 'session' | 'api'>, pool: Pool): object {
  switch (role) {
    case 'executor':
      return createExecutorActivities({
        progress: createProgressStore(pool),
        outputs: createOutputStore(pool),
        runner: trivialRunner,
      });
    case 'bare':
      return createBareActivities(pool);
    case 'bareExecutor':
      return bareExecutorActivities;
  }
}

/** As in `src/worker.ts`. */
function workflowOptions(config: Config) {
  return {
    workflowBundle: { codePath: spec.bundlePath },
    stickyQueueScheduleToStartTimeout: config.stickyTimeoutMs,
    maxCachedWorkflows: 1_000,
    maxConcurrentLocalActivityExecutions: 50,
  };
}

function configOf(): Config {
  return {
    ...loadConfig({ SPECWRIGHT_DATA_DIR: spec.dataDir, SPECWRIGHT_TASK_QUEUE: spec.taskQueue }),
    bundlePath: spec.bundlePath,
  };
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

function say(message: FromWorker): void {
  process.send?.(message);
}
