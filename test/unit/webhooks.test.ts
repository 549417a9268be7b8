import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { LookupAddress } from 'node:dns';
import { describe, expect, test } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { afterTry, payloadOf, RETRY_DELAYS_MS, ROTATION_GRACE_MS, signingVersions } from '../../src/domain/webhooks.js';
import { createAddressPolicy } from '../../src/outgoing/address-policy.js';
import { createOutgoing } from '../../src/outgoing/create-outgoing.js';
import { createSigner } from '../../src/outgoing/create-signer.js';

const KEY = 'k'.repeat(32);
const failed = { outcome: 'http_error', httpStatus: 500 } as const;

describe('after a try', () => {
  test('a failing delivery is tried ten times in three to four days, and then given up', () => {
    const delays = [];
    for (let tries = 0; ; tries += 1) {
      const then = afterTry(tries, failed, RETRY_DELAYS_MS, 0.5);
      if (then.kind !== 'retry') {
        expect(then).toEqual({ kind: 'give_up', isGone: false });
        break;
      }
      delays.push(then.delayMs);
    }
    const days = delays.reduce((sum, ms) => sum + ms, 0) / 86_400_000;
    expect(delays).toHaveLength(9);
    expect([days > 3, days < 4]).toEqual([true, true]);
    expect(delays).toEqual([...delays].sort((one, other) => one - other));
  });

  test('a pause is as documented or up to a fifth longer', () => {
    const delayOf = (chance: number) => afterTry(1, failed, RETRY_DELAYS_MS, chance);
    expect([delayOf(0), delayOf(1)]).toEqual([
      { kind: 'retry', delayMs: 300_000 },
      { kind: 'retry', delayMs: 360_000 },
    ]);
  });

  test('a receiver may ask for a longer pause than the next one, up to a day, and for none shorter', () => {
    const delayOf = (retryAfterMs: number) => afterTry(1, { ...failed, retryAfterMs }, RETRY_DELAYS_MS, 0);
    expect([0, 299_000, 3_600_000, 9e9].map(delayOf)).toEqual(
      [300_000, 300_000, 3_600_000, 86_400_000].map((delayMs) => ({ kind: 'retry', delayMs })),
    );
  });

  test('410 ends it at once, 2xx is delivered', () => {
    expect(afterTry(0, { ...failed, httpStatus: 410 }, RETRY_DELAYS_MS, 0)).toEqual({ kind: 'give_up', isGone: true });
    expect(afterTry(9, { outcome: 'delivered', httpStatus: 204 }, [], 0)).toEqual({ kind: 'delivered' });
  });
});

describe('signatures', () => {
  const body = JSON.stringify({ type: 'ping', timestamp: '2026-11-01T00:00:00Z', data: {} });
  const signer = createSigner(KEY);
  const sign = (versions: readonly number[], change: object = {}) =>
    signer.headers({ webhookId: 'w', versions, messageId: 'msg_1', nowMs: Date.now(), body, ...change });

  test('are what Standard Webhooks verifies, of id, time and every byte', () => {
    const verifier = new Webhook(signer.secretOf('w', 1));
    expect(verifier.verify(body, { ...sign([1]) })).toEqual(JSON.parse(body));
    expect(() => verifier.verify(`${body} `, { ...sign([1]) })).toThrow('No matching signature');
    expect(() => verifier.verify(body, { ...sign([1]), 'webhook-id': 'msg_2' })).toThrow('No matching signature');
    expect(() => verifier.verify(body, { ...sign([1], { nowMs: Date.now() - 400_000 }) })).toThrow('too old');
  });

  test('another webhook, version or key has another secret; the same has the same in every process', () => {
    const secrets = [signer.secretOf('w', 1), signer.secretOf('w', 2), signer.secretOf('v', 1)];
    expect(new Set([...secrets, createSigner('l'.repeat(32)).secretOf('w', 1)]).size).toBe(4);
    expect(createSigner(KEY).secretOf('w', 1)).toBe(secrets[0]);
    expect(secrets[0]).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  });

  test('are made with the old and the new secret for a day after a rotation, then with the new one alone', () => {
    const rotated = 1_000_000;
    const versions = signingVersions(3, rotated, rotated + ROTATION_GRACE_MS - 1);
    expect(versions).toEqual([3, 2]);
    for (const version of versions)
      expect(new Webhook(signer.secretOf('w', version)).verify(body, { ...sign(versions) })).toBeTruthy();
    expect(signingVersions(3, rotated, rotated + ROTATION_GRACE_MS)).toEqual([3]);
    expect(signingVersions(1, null, rotated)).toEqual([1]);
    expect(() => new Webhook(signer.secretOf('w', 2)).verify(body, { ...sign([3]) })).toThrow();
  });
});

test('a message has ids, names and numbers, and nothing that people or programs wrote', () => {
  const session = { sessionType: 'contextCoding', context: 'Billing', component: null, parentSessionId: null };
  const data = {
    component: 'Money',
    status: 'failed',
    failure: { kind: 'tests_failed', message: 'CANARY', detail: 'CANARY' },
    reason: 'CANARY',
    owner: 'CANARY',
    children: [{ component: 'CANARY' }],
    number: 3,
    mergedAs: null,
    later: 'CANARY',
    kind: { deep: 'CANARY' },
  };
  const event = { sessionId: 's', revision: 7, rootSessionId: 's', ...session, data };
  const body = payloadOf('w', 'p', 'child_changed', '2026-11-01T00:00:00Z', event);
  expect(body).not.toContain('CANARY');
  expect(JSON.parse(body)).toEqual({
    type: 'child_changed',
    timestamp: '2026-11-01T00:00:00Z',
    data: {
      projectId: 'p',
      sessionId: 's',
      revision: 7,
      rootSessionId: 's',
      ...session,
      event: { component: 'Money', status: 'failed', failure: 'tests_failed', number: 3, mergedAs: null },
    },
  });
});

describe('addresses', () => {
  const strict = createAddressPolicy([]);
  const PRIVATE = [
    '127.0.0.1',
    '127.9.9.9',
    '0.0.0.0',
    '10.1.2.3',
    '172.16.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '192.0.0.1',
    '192.0.2.1',
    '198.18.0.1',
    '203.0.113.1',
    '224.0.0.1',
    '240.0.0.1',
    '255.255.255.255',
    '[::]',
    '[::1]',
    '[::ffff:127.0.0.1]',
    '[::ffff:169.254.169.254]',
    '[::ffff:a00:1]',
    '[::127.0.0.1]',
    '[64:ff9b::a9fe:a9fe]',
    '[2002:7f00:1::]',
    '[2001:db8::1]',
    '[fe80::1]',
    '[fec0::1]',
    '[fc00::1]',
    '[fd00:ec2::254]',
    '[ff02::1]',
    // What URLs make of them is an address, too.
    '2130706433',
    '0x7f.1',
    '017700000001',
    '127.1',
    '１２７.0.0.1',
  ];

  test.each(PRIVATE)('%s is refused in a URL and at the connection', async (host) => {
    expect(strict.urlFault(`https://${host}/x`)).toBe('is not a public address');
    expect(strict.refusesHost(new URL(`https://${host}/`).hostname)).toBe(true);
    const post = { headers: {}, body: '{}' };
    const sent = createOutgoing({ allow: [], timeoutMs: 5_000 }).post(`https://${host}/x`, post, noSignal);
    expect(await sent).toMatchObject({ outcome: 'address_refused', httpStatus: null, errorCode: null });
  });

  test('public ones are taken', () => {
    for (const host of ['1.1.1.1', '93.184.215.14', '[2606:4700::1111]', 'hooks.example.com'])
      expect([host, strict.urlFault(`https://${host}:8443/x?y=1`)]).toEqual([host, null]);
  });

  test.each([
    ['http://hooks.example.com/', 'is not an https address'],
    ['ftp://hooks.example.com/', 'is not an https address'],
    ['file:///etc/passwd', 'is not an https address'],
    ['https://user@hooks.example.com/', 'holds a user name or a password'],
    ['https://hooks.example.com/#x', 'has a fragment, which nobody would be sent'],
    ['hooks.example.com', 'is not a URL'],
  ])('%s %s', (url, fault) => expect(strict.urlFault(url)).toBe(fault));

  test('what an operator allows may be sent to, also without TLS, and nothing beside it', () => {
    const policy = createAddressPolicy(['127.0.0.0/8', 'Hooks.internal', '::1', '10.0.0.7']);
    const faults = (host: string) => [policy.urlFault(`http://${host}/`), policy.refusesHost(host)];
    for (const host of ['127.0.0.1', '[::1]', '10.0.0.7', '[::ffff:127.0.0.1]', 'hooks.internal'])
      expect([host, ...faults(host)]).toEqual([host, null, false]);
    expect(policy.urlFault('http://10.0.0.8/')).toBe('is not a public address');
    expect(policy.urlFault('http://x.hooks.internal/')).toBe('is not an https address');
    expect(policy.urlFault('http://1.1.1.1/')).toBe('is not an https address');
  });

  const noSignal = new AbortController().signal;
  const resolved = (allow: readonly string[], name: string) =>
    new Promise<string | readonly LookupAddress[]>((resolve) =>
      createAddressPolicy(allow).lookup(name, { all: true }, (error, addresses) =>
        resolve(error ? error.name : addresses),
      ),
    );

  test('a name is looked at when it is resolved: localhost is refused, unless its name or address is allowed', async () => {
    expect(await resolved([], 'localhost')).toBe('AddressRefused');
    for (const allow of [['localhost'], ['127.0.0.1', '::1']])
      expect(await resolved(allow, 'localhost')).toContainEqual({ address: '127.0.0.1', family: 4 });
  });

  test('nothing is connected to behind a name of a private address, and redirects are not followed', async () => {
    const seen: string[] = [];
    const server = createServer((request, response) => {
      seen.push(request.url ?? '');
      response.writeHead(307, { location: '/elsewhere', 'retry-after': '90' }).end('x'.repeat(1_000_000));
    });
    server.on('connection', () => seen.push('connection'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const post = { headers: {}, body: '{}' };
    const send = (allow: readonly string[], url: string) =>
      createOutgoing({ allow, timeoutMs: 5_000 }).post(url, post, noSignal);
    expect(await send([], `https://localhost:${port}/`)).toMatchObject({ outcome: 'address_refused' });
    expect(seen).toEqual([]);
    expect(await send(['127.0.0.1'], `http://127.0.0.1:${port}/`)).toMatchObject({
      outcome: 'http_error',
      httpStatus: 307,
      retryAfterMs: 90_000,
    });
    expect(seen).toEqual(['connection', '/']);
    // No TLS, no message.
    expect(await send(['127.0.0.1'], `https://127.0.0.1:${port}/`)).toMatchObject({
      outcome: 'unreachable',
      errorCode: expect.stringMatching(/SSL|EPROTO|ECONNRESET/) as unknown,
    });
    expect(seen).toEqual(['connection', '/', 'connection']);
    server.closeAllConnections();
    server.close();
  });
});
