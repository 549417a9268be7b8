import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { createAccess } from './api/access.js';
import { createProjects } from './api/projects.js';
import { createSessions } from './api/sessions.js';
import { createUploads } from './api/uploads.js';
import { createSessionWatch } from './api/watch-sessions.js';
import { createSpecwrightClient, type SpecwrightClient } from './client.js';
import type { Config } from './config.js';
import { lazyClient } from './connect.js';
import { createAccessStore } from './store/access-store.js';
import { newKey } from './store/access/keys.js';
import { createIntakeStore } from './store/intake-store.js';
import { createLeaseStore } from './store/lease-store.js';
import { createOutputStore } from './store/output-store.js';
import { ping } from './store/ping.js';
import { createPool, type Pool } from './store/pool.js';
import { createProjectStore } from './store/project-store.js';
import { createSessionReader } from './store/session-reader.js';
import { createHttpServer, type HttpOptions } from './surfaces/http/create-http-server.js';
import type { HttpDeps } from './surfaces/http/http-app.js';

/** The servers behind, and the Task Queues; a stack file says it. */
export interface ServedStack {
  readonly temporal: { readonly address: string };
  readonly database: { readonly rwUrl: string; readonly roUrl: string };
  readonly taskQueue: string;
  readonly executorQueue: string;
}

export interface RunningServer {
  readonly url: string;
  /** Takes no more connections, lets running requests end, and closes what was opened. */
  stop(): Promise<void>;
}

/** Running requests have this long when the server stops. */
const DRAIN_MS = 10_000;
/** A call that needs a worker is answered by then, or it is told that none is there. */
const CALL_TIMEOUT_MS = 15_000;
const PROBE_MS = 1_000;
const POOL_SIZE = 20;

/** Starts the HTTP API in this process. Temporal and Postgres may be away; then it says so. */
export async function startServer(
  config: Config,
  stack: ServedStack,
  options: HttpOptions = {},
): Promise<RunningServer> {
  const temporal = await lazyClient(config.temporal, stack.temporal.address);
  const client = createSpecwrightClient({
    temporal,
    taskQueue: stack.taskQueue,
    workflowTaskTimeoutMs: config.taskTimeoutMs,
    timeoutMs: CALL_TIMEOUT_MS,
  });
  const pools = [stack.database.rwUrl, stack.database.roUrl].map((url) => createPool(url, { max: POOL_SIZE }));
  const close = async () => {
    await Promise.allSettled(pools.map((pool) => pool.end()));
    // While Temporal is away the SDK still tries calls again, and a closed channel would end the process; it holds nothing then.
    if (await client.isReachable(PROBE_MS)) await temporal.connection.close();
  };
  try {
    const [writePool, readPool] = pools as [Pool, Pool];
    const app = await createHttpServer(useCases(config, stack, client, writePool, readPool), options);
    await app.listen(config.http);
    let stopped: Promise<void> | null = null;
    return { url: urlOf(config.http.host, app), stop: () => (stopped ??= drain(app).finally(close)) };
  } catch (error) {
    await close();
    throw error;
  }
}

function useCases(
  config: Config,
  stack: ServedStack,
  client: SpecwrightClient,
  writePool: Pool,
  readPool: Pool,
): HttpDeps {
  const [reader, intake] = [createSessionReader(readPool), createIntakeStore(writePool)];
  const leases = createLeaseStore(writePool);
  const watch = createSessionWatch(reader);
  return {
    sessions: createSessions({
      client,
      reader,
      leases,
      intake,
      outputs: createOutputStore(readPool),
      watch,
      executorQueue: stack.executorQueue,
      newId: randomUUID,
    }),
    access: createAccess({ store: createAccessStore(writePool), newId: randomUUID, newKey }),
    projects: createProjects(createProjectStore(writePool), config.localRemotes ?? []),
    uploads: createUploads({ intake, reader }),
    watch,
    health: {
      postgres: () => answersInTime(Promise.all([ping(writePool), ping(readPool)])),
      temporal: () => client.isReachable(PROBE_MS),
    },
  };
}

async function answersInTime(work: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => (timer = setTimeout(() => resolve(false), PROBE_MS)));
  const done = work.then(
    () => true,
    () => false,
  );
  return Promise.race([done, late]).finally(() => clearTimeout(timer));
}

function urlOf(host: string, app: FastifyInstance): string {
  const { port } = app.server.address() as AddressInfo;
  const shown = ['0.0.0.0', '::'].includes(host) ? 'localhost' : host;
  return `http://${shown.includes(':') ? `[${shown}]` : shown}:${port}`;
}

async function drain(app: FastifyInstance): Promise<void> {
  const late = setTimeout(() => app.server.closeAllConnections(), DRAIN_MS);
  await app.close().finally(() => clearTimeout(late));
}
