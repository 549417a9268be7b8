import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { deliverWebhooks } from '../../src/api/deliver-webhooks.js';
import type { Scope } from '../../src/domain/scope.js';
import { createOutgoing } from '../../src/outgoing/create-outgoing.js';
import { createSigner } from '../../src/outgoing/create-signer.js';
import type { WebhookStore } from '../../src/ports/webhook-store.js';
import { createWebhookStore } from '../../src/store/webhook-store.js';
import { createDeliveryQueue } from '../../src/store/webhooks/delivery-queue.js';
import { eventually } from '../support/manual-client.js';
import { ids, RECEIVER_HOST, type Receiver, startReceiver } from '../support/webhook-receiver.js';
import { type Database, startDatabase } from './database.js';
import { newScope } from './sessions.js';

const ENTRY = fileURLToPath(new URL('../support/webhook-sender.mjs', import.meta.url));
const ALLOW = [RECEIVER_HOST];
const CLAIM_MS = 2_000;

let db: Database;
let store: WebhookStore;
let at: Receiver;
let stopping: AbortController;
beforeAll(async () => {
  db = await startDatabase();
  store = createWebhookStore(db.rw);
});
afterAll(() => db.stop());
beforeEach(async () => {
  at = await startReceiver();
  stopping = new AbortController();
});
afterEach(async () => {
  stopping.abort();
  await at.stop();
});

function send(): Promise<void> {
  const deps = {
    queue: createDeliveryQueue(db.rw),
    outgoing: createOutgoing({ allow: ALLOW, timeoutMs: 10_000 }),
    signer: createSigner('k'.repeat(32)),
    now: () => Date.now(),
    chance: () => Math.random(),
    delaysMs: [],
    pollMs: 50,
    claimMs: CLAIM_MS * 10,
  };
  return deliverWebhooks(deps, stopping.signal);
}

/** A webhook of the receiver with so many pings. */
async function pings(
  count: number,
  given?: Scope,
): Promise<{ scope: Scope; webhookId: string; expected: readonly string[] }> {
  const scope = given ?? (await newScope(db));
  const webhookId = randomUUID();
  await store.create(scope, { webhookId, url: at.url, description: '', types: null });
  const sent = Array.from({ length: count }, () => randomUUID());
  for (const deliveryId of sent) await store.ping(scope, webhookId, deliveryId);
  return { scope, webhookId, expected: sent.map((id) => `msg_${id}`).sort() };
}

const statuses = async (scope: Scope, webhookId: string) =>
  (await store.deliveries(scope, webhookId, {}, { limit: 200 })).items.map(({ status }) => status);
const allDelivered = (scope: Scope, webhookId: string) =>
  eventually(
    async () => (await statuses(scope, webhookId)).every((status) => status === 'delivered'),
    'all of them delivered',
  );
const never = (): void => undefined;

test('a process that is killed while it sends loses nothing: another one sends it when the claim lapses', async () => {
  const { scope, webhookId, expected } = await pings(12);
  at.next(...Array.from({ length: 4 }, () => never));
  const what = JSON.stringify({ rwUrl: db.rwUrl, allow: ALLOW, claimMs: CLAIM_MS });
  const child = spawn(process.execPath, [ENTRY, what], { stdio: 'ignore' });
  await eventually(async () => at.received.length === 4, 'requests on their way');
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(new Set(await statuses(scope, webhookId))).toEqual(new Set(['pending']));
  const sending = send();
  await allDelivered(scope, webhookId);
  expect([...new Set(ids(at))].sort()).toEqual(expected);
  // The four of the killed process a second time.
  expect(ids(at)).toHaveLength(expected.length + 4);
  stopping.abort();
  await sending;
}, 90_000);

test('senders that run at once share the work: each message is sent once', async () => {
  const { scope, webhookId, expected } = await pings(40);
  const sending = [send(), send(), send()];
  await allDelivered(scope, webhookId);
  expect([...ids(at)].sort()).toEqual(expected);
  stopping.abort();
  await Promise.all(sending);
});

test('a slow receiver holds up itself alone', async () => {
  const slow = await pings(30);
  at.next(...Array.from({ length: 30 }, () => never));
  const sending = send();
  await eventually(async () => at.received.length >= 4, 'the slow one is busy');
  const healthy = await startReceiver();
  const webhookId = randomUUID();
  await store.create(slow.scope, { webhookId, url: healthy.url, description: '', types: null });
  await store.ping(slow.scope, webhookId, randomUUID());
  await allDelivered(slow.scope, webhookId);
  expect(at.received.length).toBeLessThanOrEqual(7);
  await healthy.stop();
  stopping.abort();
  await at.stop();
  await sending;
});

test('slow receivers of one project leave room for every other project', async () => {
  const scope = await newScope(db);
  for (let n = 0; n < 20; n += 1) await pings(7, scope);
  at.next(...Array.from({ length: 140 }, () => never));
  const sending = send();
  await eventually(async () => at.received.length >= 16, 'the slow ones are busy');
  const healthy = await startReceiver();
  const webhookId = randomUUID();
  const other = await newScope(db);
  await store.create(other, { webhookId, url: healthy.url, description: '', types: null });
  await store.ping(other, webhookId, randomUUID());
  await allDelivered(other, webhookId);
  expect(at.received.length).toBeLessThanOrEqual(19);
  await healthy.stop();
  stopping.abort();
  await at.stop();
  await sending;
});

test('a stopping sender waits for what is on its way, and takes nothing more', async () => {
  const { scope, webhookId } = await pings(1);
  const answers: ServerResponse[] = [];
  at.next((response) => void answers.push(response));
  const sending = send();
  await eventually(async () => answers.length === 1, 'a request on its way');
  stopping.abort();
  await store.ping(scope, webhookId, randomUUID());
  setTimeout(() => answers[0]!.writeHead(204).end(), 500);
  await sending;
  expect((await statuses(scope, webhookId)).sort()).toEqual(['delivered', 'pending']);
  expect(at.received).toHaveLength(1);
});
