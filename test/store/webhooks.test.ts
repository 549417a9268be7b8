import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Scope } from '../../src/domain/scope.js';
import type { AfterTry, Attempt } from '../../src/domain/webhooks.js';
import type { Busy, Claim, DeliveryQueue, WebhookStore } from '../../src/ports/webhook-store.js';
import { createPool, type Pool } from '../../src/store/pool.js';
import { purgeSessions } from '../../src/store/purge-sessions.js';
import { createWebhookStore } from '../../src/store/webhook-store.js';
import { createDeliveryQueue } from '../../src/store/webhooks/delivery-queue.js';
import { type Tx, withScope } from '../../src/store/with-scope.js';
import { eventually } from '../support/manual-client.js';
import { type Database, startDatabase } from './database.js';
import { builds, eventsOf, newScope, opening } from './sessions.js';

let db: Database;
let owner: Pool;
let store: WebhookStore;
let queue: DeliveryQueue;
beforeAll(async () => {
  db = await startDatabase();
  owner = createPool(db.ownerUrl);
  store = createWebhookStore(db.rw);
  queue = createDeliveryQueue(db.rw);
});
afterAll(async () => {
  await owner.end();
  await db.stop();
});
// Claims see every account: what an earlier test left would be claimed, too.
beforeEach(() => db.rw.query('DELETE FROM webhook_due'));

async function webhook(scope: Scope, types: readonly string[] | null = null): Promise<string> {
  const webhookId = randomUUID();
  await store.create(scope, { webhookId, url: 'https://hooks.invalid/x', description: '', types });
  return webhookId;
}

async function session(scope: Scope): Promise<ReturnType<typeof opening>> {
  const input = opening(scope);
  await db.progress.openInteraction(input, builds());
  return input;
}

const sentTo = async (scope: Scope, webhookId: string) =>
  [...(await store.deliveries(scope, webhookId, {}, { limit: 100 })).items].sort(
    (one, other) => (one.revision ?? 0) - (other.revision ?? 0),
  );
const IDLE: Busy = { webhooks: [], projects: [] };
const claimAll = (limit = 100, claimMs = 60_000) => queue.claim(limit, claimMs, IDLE);
const FAILED: Attempt = { outcome: 'http_error', httpStatus: 500, errorCode: null, durationMs: 7 };
const CAME: Attempt = { outcome: 'delivered', httpStatus: 204, errorCode: null, durationMs: 7 };
const RETRY: AfterTry = { kind: 'retry', delayMs: 0 };
const GIVE_UP: AfterTry = { kind: 'give_up', isGone: false };

/** A webhook with a number of pings that are claimed. */
async function pinged(count: number): Promise<{ scope: Scope; webhookId: string; claims: readonly Claim[] }> {
  const scope = await newScope(db);
  const webhookId = await webhook(scope);
  for (let n = 0; n < count; n += 1) await store.ping(scope, webhookId, randomUUID());
  return { scope, webhookId, claims: await claimAll() };
}

test('every event is one delivery to each webhook that asks for its type, and to nobody else', async () => {
  const [scope, other] = [await newScope(db), await newScope(db)];
  const [all, some, off] = [await webhook(scope), await webhook(scope, ['session_closed']), await webhook(scope)];
  const foreign = await webhook(other);
  await store.update(scope, off, { enabled: false });
  const input = await session(scope);
  await db.progress.closeSession({ scope, sessionId: input.sessionId, status: 'complete', failure: null });
  const events = await eventsOf(db, input);
  expect(events.length).toBeGreaterThan(2);
  expect(await sentTo(scope, all)).toMatchObject(
    events.map(({ revision, type, at }) => ({ sessionId: input.sessionId, revision, type, at, status: 'pending' })),
  );
  expect(await sentTo(scope, some)).toMatchObject([{ type: 'session_closed' }]);
  expect([await sentTo(scope, off), await sentTo(other, foreign), await sentTo(other, all)]).toEqual([[], [], []]);
  expect(await claimAll()).toHaveLength(events.length + 1);
});

test('events of several sessions in one statement are all delivered', async () => {
  const scope = await newScope(db);
  const webhookId = await webhook(scope, ['session_created', 'children_planned']);
  const input = opening(scope, { start: { scope, sessionType: 'contextCoding', context: 'Billing' } });
  await db.progress.openInteraction(input, builds());
  const { sessionId, commandId } = input;
  const children = ['Billing.Tax', 'Billing.Invoice'].map((component) => ({
    component,
    sessionId: randomUUID(),
    attempt: 1,
  }));
  await db.progress.planChildren({ scope, sessionId, seq: 1, commandId, children });
  const ids = (await sentTo(scope, webhookId)).map((sent) => `${sent.type} ${sent.sessionId}`);
  expect(ids.sort()).toEqual(
    [...[sessionId, ...children.map((child) => child.sessionId)].map((id) => `session_created ${id}`)]
      .concat(`children_planned ${sessionId}`)
      .sort(),
  );
});

test('an event that is rolled back is delivered to nobody', async () => {
  const scope = await newScope(db);
  const webhookId = await webhook(scope);
  const { sessionId } = await session(scope);
  const before = await sentTo(scope, webhookId);
  const text = `INSERT INTO session_events (account_id, project_id, session_id, revision, type, data)
                VALUES ($1, $2, $3, 99, 'decided', '{}')`;
  const rolledBack = withScope(db.rw, scope, async (tx) => {
    await tx.query({ text }, [scope.accountId, scope.projectId, sessionId]);
    throw new Error('and back');
  });
  await expect(rolledBack).rejects.toThrow('and back');
  expect(await sentTo(scope, webhookId)).toEqual(before);
});

test('many claimers at once get each delivery exactly once, and a lapsed claim is somebody else’s', async () => {
  const scope = await newScope(db);
  const webhookId = await webhook(scope);
  for (let n = 0; n < 60; n += 1) await store.ping(scope, webhookId, randomUUID());
  const another = createPool(db.rwUrl);
  const queues = [queue, createDeliveryQueue(another)];
  const claims = await Promise.all(Array.from({ length: 40 }, (_, n) => queues[n % 2]!.claim(3, 1_000, IDLE)));
  await another.end();
  const ids = claims.flat().map(({ deliveryId }) => deliveryId);
  expect([ids.length, new Set(ids).size]).toEqual([60, 60]);
  expect(await claimAll()).toEqual([]);
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  expect(await queue.claim(100, 60_000, { webhooks: [webhookId], projects: [] })).toEqual([]);
  const { accountId, projectId } = scope;
  expect(await queue.claim(100, 60_000, { webhooks: [], projects: [{ accountId, projectId }] })).toEqual([]);
  const others = { accountId: projectId, projectId: accountId };
  const again = await queue.claim(100, 60_000, { webhooks: [], projects: [others] });
  expect(new Set(again.map(({ deliveryId }) => deliveryId))).toEqual(new Set(ids));
});

test('tries are logged; what came through is due no more, and a late failure does not undo it', async () => {
  const { scope, webhookId, claims } = await pinged(1);
  const [claim] = claims as [Claim];
  expect(await queue.load(claim)).toMatchObject({ url: 'https://hooks.invalid/x', roundTries: 0, event: null });
  expect(await queue.record(claim, 0, { ...FAILED, errorCode: 'ECONNRESET' }, RETRY)).toBe(false);
  expect(await claimAll()).toEqual([claim]);
  expect((await store.get(scope, webhookId))!.failingSince).not.toBeNull();
  await queue.record(claim, 1, CAME, { kind: 'delivered' });
  await queue.record(claim, 1, FAILED, GIVE_UP);
  expect(await store.delivery(scope, webhookId, claim.deliveryId)).toMatchObject({
    status: 'delivered',
    tries: 3,
    nextTryAt: null,
    attempts: [
      { number: 1, outcome: 'http_error', httpStatus: 500, errorCode: 'ECONNRESET', durationMs: 7 },
      { number: 2, outcome: 'delivered', httpStatus: 204 },
      { number: 3, outcome: 'http_error' },
    ],
  });
  expect([await claimAll(), await queue.load(claim)]).toEqual([[], null]);
});

test('a webhook is disabled when a delivery is given up and none came through meanwhile, or when it is gone', async () => {
  const { scope, webhookId, claims } = await pinged(4);
  const [first, second, third, fourth] = claims as [Claim, Claim, Claim, Claim];
  await queue.record(first, 0, FAILED, RETRY);
  await queue.record(second, 0, CAME, { kind: 'delivered' });
  expect(await queue.record(first, 1, FAILED, GIVE_UP)).toBe(false);
  expect(await store.get(scope, webhookId)).toMatchObject({ enabled: true, disabledReason: null });
  expect(await queue.record(third, 0, FAILED, GIVE_UP)).toBe(true);
  expect(await store.get(scope, webhookId)).toMatchObject({ enabled: false, disabledReason: 'failing' });
  expect(await queue.load(fourth)).toBeNull();
  expect(await store.delivery(scope, webhookId, fourth.deliveryId)).toMatchObject({ status: 'given_up', tries: 0 });
  const enabled = { enabled: true, disabledReason: null, failingSince: null };
  expect(await store.update(scope, webhookId, { enabled: true })).toMatchObject(enabled);
  await store.replay(scope, webhookId, fourth.deliveryId);
  expect(await queue.load(fourth)).toMatchObject({ roundTries: 0 });
  expect(await queue.record(fourth, 0, { ...FAILED, httpStatus: 410 }, { kind: 'give_up', isGone: true })).toBe(true);
  expect(await store.get(scope, webhookId)).toMatchObject({ enabled: false, disabledReason: 'gone' });
});

test('a replay while the last try is on its way is a round of its own: that try gives up nothing', async () => {
  const { scope, webhookId, claims } = await pinged(1);
  const [claim] = claims as [Claim];
  await queue.record(claim, 0, FAILED, RETRY);
  const { roundTries } = (await queue.load(claim))!;
  await store.replay(scope, webhookId, claim.deliveryId);
  expect(await queue.record(claim, roundTries, FAILED, GIVE_UP)).toBe(false);
  expect(await store.delivery(scope, webhookId, claim.deliveryId)).toMatchObject({ status: 'pending', tries: 2 });
  expect(await claimAll()).toEqual([claim]);
  expect(await queue.load(claim)).toMatchObject({ roundTries: 0 });
});

test('a replay is not lost to a sender that saw its webhook off', async () => {
  const { scope, webhookId, claims } = await pinged(1);
  const [claim] = claims as [Claim];
  await store.update(scope, webhookId, { enabled: false });
  const mine = 'account_id = $1 AND project_id = $2 AND';
  const run = (tx: Tx, text: string, id: string) => tx.query({ text }, [scope.accountId, scope.projectId, id]);
  let loading: ReturnType<DeliveryQueue['load']>;
  await withScope(db.rw, scope, async (tx) => {
    await run(tx, `UPDATE webhook_deliveries SET round_tries = 0 WHERE ${mine} delivery_id = $3`, claim.deliveryId);
    loading = queue.load(claim);
    const text = 'SELECT FROM pg_locks WHERE NOT granted AND transactionid = pg_current_xact_id()::xid';
    await eventually(async () => (await tx.query({ text }, [])).length === 1, 'a sender that waits');
    await run(
      tx,
      `UPDATE webhooks SET disabled_at = NULL, disabled_reason = NULL WHERE ${mine} webhook_id = $3`,
      webhookId,
    );
  });
  expect(await loading!).toBeNull();
  expect(await store.delivery(scope, webhookId, claim.deliveryId)).toMatchObject({ status: 'pending' });
  expect((await db.rw.query('SELECT FROM webhook_due')).rowCount).toBe(1);
});

test('a project has twenty webhooks at most, and a deleted one is not there', async () => {
  const scope = await newScope(db);
  const ids = [];
  for (let n = 0; n < 20; n += 1) ids.push(await webhook(scope));
  const one = { webhookId: randomUUID(), url: 'https://hooks.invalid/', description: '', types: null };
  expect(await store.create(scope, one)).toBeNull();
  expect(await store.delete(scope, ids[0]!)).toBe(true);
  expect(await store.delete(scope, ids[0]!)).toBe(false);
  expect(await store.create(scope, one)).not.toBeNull();
  expect((await store.list(scope)).map(({ webhookId }) => webhookId)).toEqual([...ids.slice(1), one.webhookId]);
});

test('deliveries are listed newest first, page by page and by status', async () => {
  const { scope, webhookId, claims } = await pinged(5);
  await queue.record(claims[0]!, 0, CAME, { kind: 'delivered' });
  const first = await store.deliveries(scope, webhookId, {}, { limit: 3 });
  const rest = await store.deliveries(scope, webhookId, {}, { limit: 3, cursor: first.cursor! });
  expect([first.items.length, rest.items.length, rest.cursor]).toEqual([3, 2, null]);
  const all = [...first.items, ...rest.items];
  expect(new Set(all.map(({ deliveryId }) => deliveryId)).size).toBe(5);
  expect(all.map(({ createdAt }) => createdAt)).toEqual(
    all
      .map(({ createdAt }) => createdAt)
      .sort()
      .reverse(),
  );
  const delivered = await store.deliveries(scope, webhookId, { status: 'delivered' }, { limit: 10 });
  expect(delivered.items.map(({ deliveryId }) => deliveryId)).toEqual([claims[0]!.deliveryId]);
  expect((await store.deliveries(scope, webhookId, {}, { limit: 3, cursor: 'nonsense' })).items).toEqual([]);
});

test('deliveries go with their sessions, pings by their age, and deleted webhooks when nothing is left of them', async () => {
  const { scope, webhookId, claims } = await pinged(1);
  const { sessionId } = await session(scope);
  await db.progress.closeSession({ scope, sessionId, status: 'complete', failure: null });
  for (const claim of [...claims, ...(await claimAll())]) await queue.record(claim, 0, FAILED, RETRY);
  await queue.record(claims[0]!, 0, CAME, { kind: 'delivered' });
  await purgeSessions(owner, scope, new Date(Date.now() - 60_000).toISOString(), false);
  expect((await sentTo(scope, webhookId)).length).toBeGreaterThan(3);
  await store.delete(scope, webhookId);
  await purgeSessions(owner, scope, new Date(Date.now() + 60_000).toISOString(), false);
  expect(await sentTo(scope, webhookId)).toEqual([]);
  expect((await db.rw.query('SELECT FROM webhook_due')).rowCount).toBe(0);
  await expect(purgeSessions(db.rw, scope, new Date().toISOString(), false)).rejects.toThrow(/permission denied/);
});
