import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { Webhook as Verifier } from 'standardwebhooks';
import type { Delivery, DeliveryDetail, Webhook } from '../../../src/api/webhooks.js';
import { createHttpRig, type HttpRig } from '../../support/http-rig.js';
import { eventually } from '../../support/manual-client.js';
import { ids, type Receiver, startReceiver } from '../../support/webhook-receiver.js';

let rig: HttpRig;
const receivers: Receiver[] = [];
beforeAll(async () => {
  rig = await createHttpRig('http-webhooks', { workers: ['session'] });
});
afterEach(async () => {
  const { items } = (await get('/v1/webhooks')) as { items: readonly Webhook[] };
  for (const { webhookId } of items) await rig.call('DELETE', `/v1/webhooks/${webhookId}`, { key: rig.admin });
  for (const one of receivers.splice(0)) await one.stop();
});
afterAll(() => rig.end());

async function receiver(port?: number): Promise<Receiver> {
  const one = await startReceiver(port);
  receivers.push(one);
  return one;
}

interface Created extends Webhook {
  readonly secret: string;
}

async function webhook(url: string, types: readonly string[] | null = null): Promise<Created> {
  const made = await rig.call('POST', '/v1/webhooks', { key: rig.admin, body: { url, types } });
  expect(made).toMatchObject({ status: 201, body: { url, types, enabled: true, secretVersion: 1 } });
  return made.body as unknown as Created;
}

const get = async (path: string): Promise<unknown> => (await rig.call('GET', path)).body;

async function ping({ webhookId }: Webhook): Promise<Delivery> {
  const sent = await rig.call('POST', `/v1/webhooks/${webhookId}/ping`, { key: rig.admin });
  expect(sent).toMatchObject({ status: 202, body: { type: 'ping', status: 'pending', attempts: [] } });
  return sent.body as unknown as Delivery;
}

const pathOf = ({ webhookId, deliveryId }: Delivery): string => `/v1/webhooks/${webhookId}/deliveries/${deliveryId}`;

const ended = (delivery: Delivery): Promise<DeliveryDetail> =>
  eventually(async () => {
    const seen = (await get(pathOf(delivery))) as DeliveryDetail;
    return seen.status !== 'pending' && seen;
  }, 'the end of a delivery');

/** A session that was started and cancelled. */
async function session(): Promise<string> {
  const body = { sessionType: 'componentCoding', context: 'Billing', component: 'Money', executorQueue: null };
  const sessionId = (await rig.call('POST', '/v1/sessions', { body })).body['sessionId'] as string;
  await rig.call('POST', `/v1/sessions/${sessionId}/cancel`, { body: { reason: 'CANARY of a test' } });
  await eventually(
    async () => ((await get(`/v1/sessions/${sessionId}`)) as { status: string }).status === 'cancelled',
    'its end',
  );
  return sessionId;
}

test('every event of a session is sent, signed as Standard Webhooks verifies it, with nothing of its contents', async () => {
  const at = await receiver();
  const { secret } = await webhook(at.url);
  const sessionId = await session();
  const { items } = (await get(`/v1/sessions/${sessionId}/events`)) as { items: { revision: number; type: string }[] };
  await eventually(async () => at.received.length >= items.length, 'all events');
  const verified = at.received.map(({ headers, body }) => {
    const message = new Verifier(secret).verify(body, headers as Record<string, string>) as {
      type: string;
      timestamp: string;
      data: { sessionId: string; revision: number };
    };
    return { revision: message.data.revision, type: message.type };
  });
  expect(verified.sort((one, other) => one.revision - other.revision)).toEqual(
    items.map(({ revision, type }) => ({ revision, type })),
  );
  expect(new Set(ids(at)).size).toBe(items.length);
  const last = at.received.map(({ body }) => JSON.parse(body) as { type: string }).find(isClosing);
  expect(last).toMatchObject({
    data: {
      projectId: rig.scope.projectId,
      sessionId,
      rootSessionId: sessionId,
      sessionType: 'componentCoding',
      context: 'Billing',
      component: 'Money',
      event: { status: 'cancelled' },
    },
  });
  expect(JSON.stringify(at.received)).not.toContain('CANARY');
});
const isClosing = ({ type }: { readonly type: string }): boolean => type === 'session_closed';

test('a receiver that fails in every way gets the same message again until it takes it, and the log tells each try', async () => {
  const at = await receiver();
  at.next(
    (response) => response.writeHead(500).end('x'.repeat(100_000)),
    () => undefined,
    (response) => response.writeHead(200).write('it begins'),
    (response) => response.destroy(),
    (response) => response.writeHead(302, { location: 'http://169.254.169.254/' }).end(),
  );
  const one = await webhook(at.url, ['session_closed']);
  const delivery = await ended(await ping(one));
  expect(delivery).toMatchObject({ status: 'delivered', tries: 6, nextTryAt: null });
  expect(delivery.attempts.map(({ number, outcome, httpStatus }) => [number, outcome, httpStatus])).toEqual([
    [1, 'http_error', 500],
    [2, 'timed_out', null],
    [3, 'timed_out', null],
    [4, 'unreachable', null],
    [5, 'http_error', 302],
    [6, 'delivered', 204],
  ]);
  expect(delivery.attempts[3]!.errorCode).toBe('ECONNRESET');
  expect([at.received.length, new Set(ids(at))]).toEqual([6, new Set([`msg_${delivery.deliveryId}`])]);
  expect(new Set(at.received.map(({ body }) => body)).size).toBe(1);
  expect(await get(`/v1/webhooks/${one.webhookId}`)).toMatchObject({ enabled: true, failingSince: null });
});

test('a receiver that would speak another protocol is no answer, and holds nothing up', async () => {
  const at = await receiver();
  const upgrade = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n';
  at.next((response) => void response.socket!.write(upgrade));
  const delivery = await ended(await ping(await webhook(at.url)));
  expect(delivery.attempts.map(({ outcome }) => outcome)).toEqual(['unreachable', 'delivered']);
});

test('a receiver that is not there yet gets the message when it is', async () => {
  const gone = await startReceiver();
  await gone.stop();
  const delivery = await ping(await webhook(gone.url));
  await eventually(async () => ((await get(pathOf(delivery))) as Delivery).tries > 0, 'a try');
  await receiver(gone.port);
  const { attempts } = await ended(delivery);
  expect(attempts[0]).toMatchObject({ outcome: 'unreachable', errorCode: 'ECONNREFUSED' });
  expect(attempts.at(-1)).toMatchObject({ outcome: 'delivered' });
});

test('a delivery can be replayed by its id, with the same message; its log goes on', async () => {
  const at = await receiver();
  const one = await webhook(at.url);
  const delivery = await ended(await ping(one));
  at.next((response) => response.writeHead(503).end());
  const replayed = await rig.call('POST', `${pathOf(delivery)}/replay`, { key: rig.admin });
  expect(replayed).toMatchObject({
    status: 202,
    body: { deliveryId: delivery.deliveryId, status: 'pending', tries: 1 },
  });
  expect(await ended(delivery)).toMatchObject({ status: 'delivered', tries: 3 });
  expect(new Set(at.received.map(({ headers, body }) => `${headers['webhook-id'] as string} ${body}`)).size).toBe(1);
});

test('a delivery that comes through never is given up and its webhook disabled; enabled again, it can be replayed', async () => {
  const at = await receiver();
  at.next(...Array.from({ length: 6 }, () => (response: ServerResponse) => response.writeHead(400).end()));
  const one = await webhook(at.url);
  const delivery = await ended(await ping(one));
  expect(delivery).toMatchObject({ status: 'given_up', tries: 6 });
  const path = `/v1/webhooks/${one.webhookId}`;
  expect(await get(path)).toMatchObject({ enabled: false, disabledReason: 'failing' });
  const refused = await rig.call('POST', `${pathOf(delivery)}/replay`, { key: rig.admin });
  expect(refused).toMatchObject({ status: 409, body: { code: 'conflict', fix: 'enable it first' } });
  await rig.call('PATCH', path, { key: rig.admin, body: { enabled: true } });
  await rig.call('POST', `${pathOf(delivery)}/replay`, { key: rig.admin });
  expect(await ended(delivery)).toMatchObject({ status: 'delivered', tries: 7 });
});

test('after a rotation messages verify with the old and with the new secret', async () => {
  const at = await receiver();
  const one = await webhook(at.url);
  const rotated = await rig.call('POST', `/v1/webhooks/${one.webhookId}/rotate`, { key: rig.admin });
  expect(rotated).toMatchObject({ status: 200, body: { secretVersion: 2 } });
  await ended(await ping(one));
  const [{ headers, body }] = at.received as [Receiver['received'][number]];
  const secrets = [one.secret, rotated.body['secret'] as string];
  expect(new Set(secrets).size).toBe(2);
  for (const secret of secrets)
    expect(new Verifier(secret).verify(body, headers as Record<string, string>)).toMatchObject({ type: 'ping' });
  const everything = JSON.stringify([await get('/v1/webhooks'), await get(`/v1/webhooks/${one.webhookId}`), rig.lines]);
  for (const secret of secrets) expect(everything).not.toContain(secret.slice(6));
});

test('private addresses are refused: in the URL when it is given, behind a name when it is connected to', async () => {
  for (const url of [
    'https://127.0.0.1/',
    'https://169.254.169.254/latest',
    `https://[::ffff:10.0.0.1]/`,
    'http://example.com/',
  ]) {
    const refused = await rig.call('POST', '/v1/webhooks', { key: rig.admin, body: { url, types: null } });
    expect(refused).toMatchObject({ status: 400, body: { code: 'invalid_input', field: 'url' } });
  }
  const at = await receiver();
  const one = await webhook(`https://localhost:${at.port}/`);
  const changed = { key: rig.admin, body: { url: 'https://10.0.0.1/' } };
  expect((await rig.call('PATCH', `/v1/webhooks/${one.webhookId}`, changed)).status).toBe(400);
  const delivery = await ended(await ping(one));
  expect(delivery).toMatchObject({ status: 'given_up' });
  expect(new Set(delivery.attempts.map(({ outcome }) => outcome))).toEqual(new Set(['address_refused']));
  expect(at.received).toEqual([]);
});

test('another project’s webhook is as unknown as one that never was, and its events are its own', async () => {
  const at = await receiver();
  const [mine, other] = [await webhook(at.url), await rig.otherScope(rig.scope.accountId)];
  const { key } = await rig.keyOf('admin', other);
  const delivery = await ended(await ping(mine));
  const paths = (webhookId: string, deliveryId: string) => [
    ['GET', `/v1/webhooks/${webhookId}`],
    ['PATCH', `/v1/webhooks/${webhookId}`],
    ['DELETE', `/v1/webhooks/${webhookId}`],
    ['POST', `/v1/webhooks/${webhookId}/rotate`],
    ['POST', `/v1/webhooks/${webhookId}/ping`],
    ['GET', `/v1/webhooks/${webhookId}/deliveries`],
    ['GET', `/v1/webhooks/${webhookId}/deliveries/${deliveryId}`],
    ['POST', `/v1/webhooks/${webhookId}/deliveries/${deliveryId}/replay`],
  ];
  const answers = async (webhookId: string, deliveryId: string) => {
    const all = [];
    for (const [method, path] of paths(webhookId, deliveryId) as [string, string][]) {
      const body = method === 'PATCH' ? { body: { url: at.url } } : {};
      const { status, text } = await rig.call(method, path, { key, ...body });
      all.push([status, text.replace(/"requestId":"[^"]*"/, '')]);
    }
    return all;
  };
  const foreign = await answers(mine.webhookId, delivery.deliveryId);
  expect(foreign).toEqual(await answers(randomUUID(), randomUUID()));
  expect(new Set(foreign.map(([status]) => status))).toEqual(new Set([404]));
  expect(await get(`/v1/webhooks/${mine.webhookId}`)).toMatchObject({ enabled: true, secretVersion: 1 });
  expect((await rig.call('GET', '/v1/webhooks', { key })).body).toEqual({ items: [] });
});

test('a server without the key says so, and still shows what is there', async () => {
  const one = await webhook('https://hooks.invalid/', ['session_closed']);
  const silent = await createHttpRig('http-no-webhooks', {
    workers: [],
    config: { webhooks: { key: null, allow: [] } },
  });
  const { key } = await rig.keyOf('admin');
  const call = (method: string, path: string, body?: unknown) =>
    fetch(`${silent.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, ...(body ? { 'content-type': 'application/json' } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
  const path = `/v1/webhooks/${one.webhookId}`;
  for (const refused of [
    await call('POST', '/v1/webhooks', { url: 'https://hooks.invalid/', types: null }),
    await call('POST', `${path}/rotate`),
    await call('POST', `${path}/ping`),
  ]) {
    expect(refused.status).toBe(409);
    expect(await refused.json()).toMatchObject({
      code: 'webhooks_off',
      fix: expect.stringContaining('SPECWRIGHT_WEBHOOK_KEY') as unknown,
    });
  }
  expect(await (await call('GET', path)).json()).toMatchObject({ webhookId: one.webhookId, secretVersion: 1 });
  await silent.end();
});
