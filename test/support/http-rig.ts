import { randomUUID } from 'node:crypto';
import { createAccess, type CreatedKey } from '../../src/api/access.js';
import type { Role } from '../../src/domain/access.js';
import type { Scope } from '../../src/domain/scope.js';
import { startServer, type RunningServer, type ServerOptions } from '../../src/server.js';
import { newKey } from '../../src/store/access/keys.js';
import { createAccessStore } from '../../src/store/access-store.js';
import { createPool } from '../../src/store/pool.js';
import { createProjectStore } from '../../src/store/project-store.js';
import { eventually } from './manual-client.js';
import { RECEIVER_HOST } from './webhook-receiver.js';
import { createRig, type Rig, type RigOptions, testStack } from './rig.js';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Null when the answer is not JSON. */
  readonly body: Record<string, unknown>;
}

interface Sent {
  readonly key?: string | null;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The HTTP API on a rig's servers, with keys of every kind. */
export interface HttpRig extends Rig {
  readonly url: string;
  readonly lines: string[];
  readonly admin: string;
  readonly developer: string;
  readonly viewer: string;
  keyOf(role: Role, scope?: Scope): Promise<CreatedKey>;
  /** A project of another account, or another project of the same one. */
  otherScope(accountId?: string): Promise<Scope>;
  /** With the developer's key unless told otherwise. */
  call(method: string, path: string, sent?: Sent): Promise<Answer>;
  /** Another API process on the same servers. */
  serve(options?: ServerOptions, temporalAddress?: string): Promise<RunningServer>;
}

/** The same on all of them: each sends what any other test's project has to be sent, as API processes do. */
const WEBHOOKS = { key: 'the key of webhooks in all tests', allow: [RECEIVER_HOST] };
const WEBHOOK_TIMES = { delaysMs: [200, 200, 200, 200, 200], timeoutMs: 1_500, claimMs: 5_000 };

export async function createHttpRig(name: string, options: RigOptions & ServerOptions = {}): Promise<HttpRig> {
  const rig = await createRig(name, { ...options, config: { webhooks: WEBHOOKS, ...options.config } });
  const { database } = testStack();
  const pool = createPool(database.rwUrl);
  const [store, projects] = [createAccessStore(pool), createProjectStore(pool)];
  const access = createAccess({ store, newId: randomUUID, newKey });
  const lines: string[] = [];
  const servers: RunningServer[] = [];
  const serve = async (more: ServerOptions = {}, temporalAddress = rig.address) => {
    const queues = { taskQueue: rig.config.taskQueue, executorQueue: rig.executorQueue };
    const server = await startServer(
      { ...rig.config, http: { host: '127.0.0.1', port: 0 } },
      { temporal: { address: temporalAddress }, database, ...queues },
      {
        webhookTimes: WEBHOOK_TIMES,
        rateLimit: { perSecond: 100_000, burst: 100_000 },
        log: { level: 'info', write: (line) => void lines.push(line) },
        ...more,
      },
    );
    servers.push(server);
    return server;
  };
  const keyOf = (role: Role, scope = rig.scope) =>
    access.createKey({ scope, role: 'admin', keyId: randomUUID() }, { name: `${role} of a test`, role });
  const { url } = await serve(options);
  const [admin, developer, viewer] = await Promise.all([keyOf('admin'), keyOf('developer'), keyOf('viewer')]);
  return {
    ...rig,
    url,
    lines,
    admin: admin.key,
    developer: developer.key,
    viewer: viewer.key,
    keyOf,
    serve,
    async otherScope(accountId = randomUUID()) {
      const scope = { accountId, projectId: randomUUID(), userId: randomUUID() };
      await projects.ensureScope(scope, { account: 'other', project: `other-${scope.projectId}`, user: 'stranger' });
      await projects.applyModel(scope, rig.example.model);
      return scope;
    },
    call: (method, path, sent = {}) => send(`${url}${path}`, method, { key: developer.key, ...sent }),
    async end() {
      await Promise.all(servers.map((server) => server.stop()));
      await pool.end();
      await rig.end();
    },
  };
}

/** A webhook that nobody receives, and a delivery with a try in its log. */
export async function triedWebhook({ call, admin: key }: HttpRig): Promise<Record<'webhookId' | 'deliveryId', string>> {
  const body = { url: 'https://hooks.invalid/canary', types: ['session_reopened'] };
  const webhookId = (await call('POST', '/v1/webhooks', { key, body })).body['webhookId'] as string;
  const { body: ping } = await call('POST', `/v1/webhooks/${webhookId}/ping`, { key });
  const deliveryId = ping['deliveryId'] as string;
  const tries = async () =>
    (await call('GET', `/v1/webhooks/${webhookId}/deliveries/${deliveryId}`)).body['tries'] as number;
  await eventually(async () => (await tries()) > 0, 'a try');
  return { webhookId, deliveryId };
}

export async function send(url: string, method: string, { key, body, headers = {} }: Sent): Promise<Answer> {
  const raw = body instanceof Uint8Array || typeof body === 'string' || body === undefined;
  const response = await fetch(url, {
    method,
    headers: {
      ...(key ? { authorization: `Bearer ${key}` } : {}),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: raw ? (body as string) : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: jsonOf(text) };
}

function jsonOf(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}
