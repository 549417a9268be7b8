import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Client } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import { createSpecwrightClient, type SpecwrightClient, type StartInput } from '../../src/client.js';
import { loadConfig, type Config } from '../../src/config.js';
import { connectClient } from '../../src/connect.js';
import type { Scope } from '../../src/domain/scope.js';
import type { ProjectModel } from '../../src/domain/project.js';
import type { ApplyOptions, ApplyOutcome } from '../../src/ports/project-store.js';
import type { SessionReader } from '../../src/ports/session-reader.js';
import { createPool } from '../../src/store/pool.js';
import { createProjectStore } from '../../src/store/project-store.js';
import { createSessionReader } from '../../src/store/session-reader.js';
import { installRuntime, startWorkers, type RunningWorkers, type WorkerRole } from '../../src/worker.js';
import { makeExample, type Example, type ExampleOptions } from './example.js';

installRuntime('error');

export const BUNDLE = fileURLToPath(new URL('../../dist/workflow-bundle.js', import.meta.url));

interface TestStack {
  readonly temporal: { readonly address: string };
  readonly database: { readonly rwUrl: string; readonly roUrl: string };
  readonly dataDir: string;
}

export const testStack = (): TestStack => JSON.parse(process.env['TEST_STACK'] ?? '{}') as TestStack;

export interface RigOptions extends ExampleOptions {
  readonly workers?: readonly WorkerRole[];
  /** In place of what the environment says. */
  readonly config?: Partial<Config>;
  /** Another Temporal server than the common one. */
  readonly temporalAddress?: string;
  /** Between two rounds of the reconciler; null: none. */
  readonly reconcileEveryMs?: number | null;
}

/** A random account on the common servers, Task Queues of its own, and a repository with a bare remote. */
export interface Rig {
  readonly scope: Scope;
  readonly temporal: Client;
  readonly client: SpecwrightClient;
  readonly reader: SessionReader;
  readonly example: Example;
  readonly config: Config;
  readonly address: string;
  readonly executorQueue: string;
  input(input: Partial<StartInput> & Pick<StartInput, 'sessionType'>): StartInput;
  start(input: Partial<StartInput> & Pick<StartInput, 'sessionType'>): Promise<string>;
  startWorkers(roles: readonly WorkerRole[]): Promise<RunningWorkers>;
  applyModel(change: (model: ProjectModel) => ProjectModel, options?: ApplyOptions): Promise<void>;
  /** What applying the changed model would do. */
  dryRun(change: (model: ProjectModel) => ProjectModel): Promise<ApplyOutcome>;
  /** Stops the workers, then replays every execution this test started. */
  end(): Promise<void>;
}

export async function createRig(name: string, options: RigOptions = {}): Promise<Rig> {
  const stack = testStack();
  const address = options.temporalAddress ?? stack.temporal.address;
  const root = await mkdtemp(join(stack.dataDir, 'rig-'));
  const queue = `${name.replace(/[^a-z0-9]+/gi, '-').slice(0, 60)}-${randomUUID().slice(0, 8)}`;
  const example = await makeExample(root, options);
  const config: Config = {
    ...loadConfig({
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      SPECWRIGHT_DATA_DIR: root,
      SPECWRIGHT_TASK_QUEUE: queue,
      SPECWRIGHT_EXECUTOR_QUEUE: `${queue}-executor`,
      SPECWRIGHT_LOG_LEVEL: 'error',
    }),
    agent: { kind: 'scripted', dir: example.scripted },
    bundlePath: BUNDLE,
    localRemotes: [root],
    ...options.config,
  };
  await mkdir(config.workspaces, { recursive: true });
  const scope: Scope = { accountId: randomUUID(), projectId: randomUUID(), userId: randomUUID() };
  const [pool, readPool] = [createPool(stack.database.rwUrl), createPool(stack.database.roUrl)];
  const projects = createProjectStore(pool);
  await projects.ensureScope(scope, { account: 'test', project: `shop-${scope.projectId}`, user: 'tester' });
  await projects.applyModel(scope, example.model);
  const temporal = await connectClient(config.temporal, address);
  const client = createSpecwrightClient({
    temporal,
    taskQueue: queue,
    workflowTaskTimeoutMs: 2_000,
    timeoutMs: 30_000,
  });
  const running: RunningWorkers[] = [];
  const start = async (roles: readonly WorkerRole[]) => {
    const { reconcileEveryMs } = options;
    const reconciling = reconcileEveryMs === undefined ? {} : { reconcileEveryMs };
    const workers = await startWorkers(config, address, stack.database.rwUrl, roles, reconciling);
    running.push(workers);
    return workers;
  };
  if (options.workers?.length !== 0) await start(options.workers ?? ['session', 'executor']);
  const input: Rig['input'] = (partial) => ({
    scope,
    context: 'Billing',
    mode: 'manual',
    onExhausted: 'fail',
    ...partial,
  });
  return {
    scope,
    temporal,
    client,
    example,
    config,
    address,
    executorQueue: config.executorQueue,
    reader: createSessionReader(readPool),
    input,
    async start(partial) {
      const sessionId = randomUUID();
      await client.startSession(sessionId, input(partial));
      return sessionId;
    },
    startWorkers: start,
    async applyModel(change, options) {
      const applied = await projects.applyModel(scope, change(example.model), options);
      if (!applied.ok) throw new Error(applied.refusal.message);
    },
    dryRun: (change) => projects.applyModel(scope, change(example.model), { dryRun: true }),
    async end() {
      await Promise.all(running.map((workers) => workers.stop()));
      await replayAll(temporal, queue);
      await Promise.all([pool.end(), readPool.end(), temporal.connection.close()]);
      await rm(root, { recursive: true, force: true });
    },
  };
}

/** Every execution on the queue, open and closed ones alike: history and code have to agree. */
async function replayAll(temporal: Client, taskQueue: string): Promise<void> {
  const list = temporal.workflow.list({ query: `TaskQueue = '${taskQueue}'` });
  const results = Worker.runReplayHistories({ workflowBundle: { codePath: BUNDLE } }, list.intoHistories());
  for await (const { workflowId, error } of results) {
    if (error) throw new Error(`replay of ${workflowId} failed: ${error.message}`);
  }
}
