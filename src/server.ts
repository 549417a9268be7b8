import type { Client } from '@temporalio/client';
import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { createAccess } from './api/access.js';
import { createProjects } from './api/projects.js';
import { createSessions } from './api/sessions.js';
import { createUploads } from './api/uploads.js';
import { deliverWebhooks } from './api/deliver-webhooks.js';
import { createSessionWatch } from './api/watch-sessions.js';
import { createWebhooks } from './api/webhooks.js';
import { settlesWithin, whenReachable } from './api/when-reachable.js';
import { createCheckup } from './checkup.js';
import { createSpecwrightClient, type SpecwrightClient } from './client.js';
import type { Config } from './config.js';
import { lazyClient } from './connect.js';
import { RETRY_DELAYS_MS } from './domain/webhooks.js';
import { createOutgoing } from './outgoing/create-outgoing.js';
import { createSigner } from './outgoing/create-signer.js';
import type { Outgoing, Signer } from './ports/outgoing.js';
import { createAccessStore } from './store/access-store.js';
import { newKey } from './store/access/keys.js';
import { createIntakeStore } from './store/intake-store.js';
import { createLeaseStore } from './store/lease-store.js';
import { createOutputStore } from './store/output-store.js';
import { ping } from './store/ping.js';
import { createPool, type Pool } from './store/pool.js';
import { createProjectStore } from './store/project-store.js';
import { createSessionReader } from './store/session-reader.js';
import { createWebhookStore } from './store/webhook-store.js';
import { createDeliveryQueue } from './store/webhooks/delivery-queue.js';
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
/** For one try of a webhook; Standard Webhooks asks for 15 to 30 seconds. */
const WEBHOOK_TIMEOUT_MS = 15_000;
const WEBHOOK_POLL_MS = 500;
/** Of a try that nobody finished: longer than any takes, with its reads and writes. */
const WEBHOOK_CLAIM_MS = 60_000;

export interface ServerOptions extends HttpOptions {
  /** Other times than the documented ones. */
  readonly webhookTimes?: {
    readonly delaysMs?: readonly number[];
    readonly timeoutMs?: number;
    readonly claimMs?: number;
  };
}

/** Starts the HTTP API in this process. Temporal and Postgres may be away; then it says so. */
export async function startServer(
  config: Config,
  stack: ServedStack,
  options: ServerOptions = {},
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
    const post = postOffice(config, options);
    const useCases = {
      ...createUseCases(config, stack, client, post, writePool, readPool),
      doctor: doctorOf(stack, temporal, client, readPool),
    };
    const app = await createHttpServer(useCases, options);
    await app.listen(config.http);
    const stopping = new AbortController();
    const delivering = sendWebhooks(app, post, writePool, options, stopping.signal);
    let stopped: Promise<void> | null = null;
    return {
      url: urlOf(config.http.host, app),
      stop() {
        stopping.abort();
        return (stopped ??= Promise.all([drain(app), delivering])
          .then(() => undefined)
          .finally(close));
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** What webhooks are sent with; without a key none are. */
interface PostOffice {
  readonly outgoing: Outgoing;
  readonly signer: Signer | null;
}

function postOffice({ webhooks }: Config, { webhookTimes }: ServerOptions): PostOffice {
  const timeoutMs = webhookTimes?.timeoutMs ?? WEBHOOK_TIMEOUT_MS;
  return {
    outgoing: createOutgoing({ allow: webhooks.allow, timeoutMs }),
    signer: webhooks.key === null ? null : createSigner(webhooks.key),
  };
}

async function sendWebhooks(
  app: FastifyInstance,
  { outgoing, signer }: PostOffice,
  pool: Pool,
  { webhookTimes }: ServerOptions,
  signal: AbortSignal,
): Promise<void> {
  if (signer === null) return;
  const deps = {
    queue: createDeliveryQueue(pool),
    outgoing,
    signer,
    now: () => Date.now(),
    chance: () => Math.random(),
    delaysMs: webhookTimes?.delaysMs ?? RETRY_DELAYS_MS,
    claimMs: webhookTimes?.claimMs ?? WEBHOOK_CLAIM_MS,
    pollMs: WEBHOOK_POLL_MS,
    onDisabled: (webhookId: string) => app.log.warn({ webhookId }, 'a webhook was disabled'),
    // Of an error its name: messages may quote rows.
    onError: (error: unknown) =>
      app.log.warn({ reason: error instanceof Error ? error.name : 'unknown' }, 'webhooks wait; they are tried again'),
  };
  await deliverWebhooks(deps, signal);
}

function createUseCases(
  config: Config,
  stack: ServedStack,
  client: SpecwrightClient,
  post: PostOffice,
  writePool: Pool,
  readPool: Pool,
): Omit<HttpDeps, 'doctor'> {
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
    webhooks: createWebhooks({ store: createWebhookStore(writePool), ...post, newId: randomUUID }),
    health: {
      postgres: () => answersInTime(Promise.all([ping(writePool), ping(readPool)])),
      temporal: () => client.isReachable(PROBE_MS),
    },
  };
}

function doctorOf(
  { taskQueue, executorQueue }: ServedStack,
  temporal: Client,
  client: SpecwrightClient,
  readPool: Pool,
): HttpDeps['doctor'] {
  const inPlaceOfErrors = 'beside the stack `specwright doctor` tells the error';
  const { doctor } = createCheckup(temporal, readPool, { taskQueue, executorQueue, inPlaceOfErrors });
  return {
    checks: () => doctor.checks(),
    stuckAmong: (scope, page) => whenReachable(client, () => doctor.stuckAmong(scope, page)),
  };
}

async function answersInTime(work: Promise<unknown>): Promise<boolean> {
  const answered = work.then(
    () => true,
    () => false,
  );
  return (await settlesWithin(answered, PROBE_MS)) && answered;
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
