import { createHash, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sha256Hex } from '../../src/domain/digest.js';
import type { Scope } from '../../src/domain/scope.js';
import { createAccessStore } from '../../src/store/access-store.js';
import { createIntakeStore } from '../../src/store/intake-store.js';
import { createLeaseStore } from '../../src/store/lease-store.js';
import { createLeaseWatch } from '../../src/store/lease-watch.js';
import { createOutputStore } from '../../src/store/output-store.js';
import { withScope } from '../../src/store/with-scope.js';
import { type Database, startDatabase } from './database.js';
import { builds, eventsOf, newScope, opening, passes, report } from './sessions.js';

let db: Database;
beforeAll(async () => {
  db = await startDatabase();
});
afterAll(() => db.stop());

const access = () => createAccessStore(db.rw);
const intake = () => createIntakeStore(db.rw);
const leases = () => createLeaseStore(db.rw);

async function newKey(scope: Scope, change: object = {}) {
  const key = {
    keyId: randomUUID(),
    name: 'ci',
    role: 'developer',
    prefix: 'sw_abc',
    hash: sha256Hex(randomUUID()),
    expiresAt: null,
    ...change,
  } as const;
  await access().createKey(scope, key);
  return key;
}

test('a key stands for its user in its project, with the lesser of both roles, until it is revoked, expired or rotated', async () => {
  const scope = await newScope(db);
  const key = await newKey(scope, { role: 'admin' });
  expect(await access().callerOf(key.hash)).toEqual({ scope, role: 'admin', keyId: key.keyId });
  await access().putMember(scope, { userId: scope.userId, name: 'Ada', role: 'viewer' });
  expect(await access().callerOf(key.hash)).toMatchObject({ role: 'viewer' });
  const expired = await newKey(scope, { expiresAt: new Date(Date.now() - 1000).toISOString() });
  expect(await access().callerOf(expired.hash)).toBeNull();
  const fresh = { hash: sha256Hex(randomUUID()), prefix: 'sw_new' };
  expect(await access().rotateKey(scope, key.keyId, fresh)).toMatchObject({ keyId: key.keyId, prefix: 'sw_new' });
  expect(await access().callerOf(key.hash)).toBeNull();
  expect(await access().callerOf(fresh.hash)).toMatchObject({ keyId: key.keyId });
  expect(await access().revokeKey(scope, key.keyId)).toBe(true);
  expect(await access().callerOf(fresh.hash)).toBeNull();
  expect(await access().rotateKey(scope, key.keyId, { ...fresh, hash: sha256Hex('x') })).toBeNull();
  expect((await access().listKeys(scope)).find(({ keyId }) => keyId === key.keyId)!.revokedAt).not.toBeNull();
});

test('keys of several projects are told apart in one look, and those that stand for nobody are left out', async () => {
  const [scope, other] = [await newScope(db), await newScope(db)];
  const [one, two, foreign, gone] = [
    await newKey(scope),
    await newKey(scope),
    await newKey(other),
    await newKey(scope),
  ];
  await access().revokeKey(scope, gone.keyId);
  const hashes = [one, two, foreign, gone].map(({ hash }) => hash);
  expect(await access().callersOf([...hashes, sha256Hex('never')])).toEqual(
    new Map([
      [one.hash, { scope, role: 'developer', keyId: one.keyId }],
      [two.hash, { scope, role: 'developer', keyId: two.keyId }],
      [foreign.hash, { scope: other, role: 'developer', keyId: foreign.keyId }],
    ]),
  );
});

test('keys and members of another project are out of reach, and a removed member’s keys end', async () => {
  const [scope, other] = [await newScope(db), await newScope(db)];
  const key = await newKey(scope);
  expect(await access().revokeKey(other, key.keyId)).toBe(false);
  expect(await access().rotateKey(other, key.keyId, { hash: sha256Hex('y'), prefix: 'p' })).toBeNull();
  expect(await access().listKeys(other)).toEqual([]);
  expect(await access().removeMember(other, scope.userId)).toBe(false);
  expect(await access().callerOf(key.hash)).not.toBeNull();
  expect(await access().removeMember(scope, scope.userId)).toBe(true);
  expect(await access().callerOf(key.hash)).toBeNull();
  expect(await access().listMembers(scope)).toEqual([]);
});

test('a lease is one owner’s; the same owner renews it, others wait for its end, and the number grows with the holder', async () => {
  const scope = await newScope(db);
  const input = opening(scope);
  await db.progress.openInteraction(input, builds());
  const take = (owner: string, ttlMs = 60_000) => leases().take(scope, input.sessionId, input.commandId, owner, ttlMs);
  const races = await Promise.all(['a', 'b', 'c'].map((owner) => take(owner)));
  expect(races.map(({ kind }) => kind).sort()).toEqual(['held', 'held', 'taken']);
  const first = races.find(({ kind }) => kind === 'taken')!;
  if (first.kind !== 'taken') throw new Error('nobody took it');
  expect(first.lease.number).toBe(1);
  expect(await take(first.lease.owner)).toMatchObject({ kind: 'taken', lease: { number: 1 } });
  expect(await leases().renew(scope, input.sessionId, input.commandId, 1, 60_000)).toMatchObject({ number: 1 });
  expect(await leases().renew(scope, input.sessionId, input.commandId, 2, 60_000)).toBeNull();
  await leases().release(scope, input.sessionId, input.commandId, 1);
  expect(await leases().renew(scope, input.sessionId, input.commandId, 1, 60_000)).toBeNull();
  expect(await take('next', 1)).toMatchObject({ kind: 'taken', lease: { number: 2, owner: 'next' } });
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(await take('last')).toMatchObject({ kind: 'taken', lease: { number: 3 } });
  const taken = (await eventsOf(db, input)).filter(({ type }) => type === 'lease_taken');
  expect(taken.map(({ data }) => (data as { silent: string | null }).silent)).toEqual([
    null,
    first.lease.owner,
    'next',
  ]);
  // The number that is not the current one, and none at all while somebody holds it, are stale.
  expect(await db.progress.completeInteraction({ ...report(input), lease: 2 }, passes)).toEqual({
    kind: 'stale_lease',
  });
  expect(await db.progress.completeInteraction(report(input), passes)).toEqual({ kind: 'stale_lease' });
  expect(await db.progress.completeInteraction({ ...report(input), lease: 3 }, passes)).toMatchObject({
    kind: 'verdict',
  });
  expect(await take('late')).toEqual({ kind: 'gone' });
});

test('a silent holder is reminded once, then given up once; a renewal begins anew, and one who gave back is not missed', async () => {
  const scope = await newScope(db);
  const input = opening(scope);
  const { sessionId, commandId } = input;
  await db.progress.openInteraction(input, builds());
  const watch = createLeaseWatch(db.rw);
  const isDue = async () => (await watch.due(1_000)).some((place) => place.sessionId === sessionId);
  const look = () => watch.look({ ...scope, sessionId, home: null });
  // The clock is Postgres's: the times of the lease are moved instead.
  const pass = (seconds: number) =>
    withScope(db.rw, scope, async (tx) => {
      const values = [sessionId, seconds];
      await tx.query(
        { text: `UPDATE leases SET expires_at = expires_at - $2 * interval '1 s' WHERE session_id = $1` },
        values,
      );
      const index = `UPDATE session_index SET lease_look_at = lease_look_at - $2 * interval '1 s' WHERE session_id = $1`;
      await tx.query({ text: index }, values);
    });
  await leases().take(scope, sessionId, commandId, 'ada', 60_000);
  expect(await isDue()).toBe(false);
  await pass(41);
  expect([await isDue(), await look(), await isDue(), await look()]).toEqual([true, 'reminded', false, null]);
  await leases().renew(scope, sessionId, commandId, 1, 60_000);
  await pass(41);
  expect([await look(), await isDue()]).toEqual(['reminded', false]);
  await pass(20);
  expect([await isDue(), await look(), await isDue(), await look()]).toEqual([true, 'gone', false, null]);
  expect(await leases().renew(scope, sessionId, commandId, 1, 60_000)).toBeNull();
  await leases().take(scope, sessionId, commandId, 'bob', 60_000);
  await leases().release(scope, sessionId, commandId, 2);
  await pass(60);
  expect([await isDue(), await look(), await isDue()]).toEqual([true, null, false]);
  const told = (await eventsOf(db, input)).filter(({ type }) => type.startsWith('lease_'));
  const of = { commandId, expiresAt: expect.any(String) as unknown };
  expect(told.map(({ type, data }) => ({ type, ...(data as object) }))).toEqual([
    { type: 'lease_taken', commandId, number: 1, owner: 'ada', silent: null },
    { type: 'lease_expiring', ...of, number: 1, owner: 'ada' },
    { type: 'lease_expiring', ...of, number: 1, owner: 'ada' },
    { type: 'lease_expired', ...of, number: 1, owner: 'ada', failure: 'client_gone' },
    { type: 'lease_taken', commandId, number: 2, owner: 'bob', silent: 'ada' },
  ]);
  expect((await db.reader.get(scope, sessionId))!.interactions).toHaveLength(1);
});

test('refused results are kept once each and read back, another project’s never', async () => {
  const [scope, other] = [await newScope(db), await newScope(db)];
  const input = opening(scope);
  await db.progress.openInteraction(input, builds());
  const rejected = { commandId: input.commandId, digest: 'd2', result: { status: 'ok' } } as const;
  await intake().keepRejected(scope, input.sessionId, { ...rejected, why: 'conflict', acceptedDigest: 'd1' });
  await intake().keepRejected(scope, input.sessionId, { ...rejected, why: 'conflict', acceptedDigest: 'd1' });
  await intake().keepRejected(scope, input.sessionId, { ...rejected, why: 'late', acceptedDigest: null });
  await intake().keepRejected(other, input.sessionId, { ...rejected, why: 'late', acceptedDigest: null });
  expect(await intake().listRejected(scope, input.sessionId)).toMatchObject([
    { why: 'conflict', digest: 'd2', acceptedDigest: 'd1', result: { status: 'ok' } },
    { why: 'late', digest: 'd2', acceptedDigest: null },
  ]);
  expect(await intake().listRejected(other, input.sessionId)).toEqual([]);
});

test('an idempotency key stands for one request and one session, whoever asks first', async () => {
  const scope = await newScope(db);
  const claims = await Promise.all([1, 2, 3, 4].map((n) => intake().claimKey(scope, 'k', 'same', `s-${n}`)));
  expect(new Set(claims).size).toBe(1);
  expect(claims[0]).toMatch(/^s-\d$/);
  expect(await intake().claimKey(scope, 'k', 'other', 's-9')).toBeNull();
  expect(await intake().claimKey(await newScope(db), 'k', 'other', 's-9')).toBe('s-9');
});

test('an upload is resumed where it ended, refuses gaps and other bytes, and is an output when its hash is right', async () => {
  const scope = await newScope(db);
  const input = opening(scope);
  await db.progress.openInteraction(input, builds());
  const bytes = Buffer.from(Array.from({ length: 600_000 }, (_, index) => index % 251));
  const announced = { name: 'log', sha256: createHash('sha256').update(bytes).digest('hex'), bytes: bytes.length };
  const upload = (await intake().announce(scope, input.sessionId, input.commandId, announced))!;
  const piece = (from: number, to: number) => intake().append(scope, upload.outputId, from, bytes.subarray(from, to));
  expect(await piece(0, 200_000)).toMatchObject({ kind: 'stored', upload: { stored: 200_000 } });
  expect(await piece(0, 200_000)).toMatchObject({ kind: 'stored', upload: { stored: 200_000 } });
  expect(await piece(300_000, 400_000)).toMatchObject({ kind: 'gap', upload: { stored: 200_000 } });
  expect(await intake().announce(scope, input.sessionId, input.commandId, announced)).toMatchObject({
    outputId: upload.outputId,
    stored: 200_000,
  });
  expect(await intake().finish(scope, upload.outputId)).toMatchObject({ kind: 'mismatch' });
  const rest = await Promise.all([piece(200_000, 400_000), piece(200_000, 400_000)]);
  expect(rest.map(({ kind }) => kind)).toEqual(['stored', 'stored']);
  await piece(400_000, 600_000);
  expect(await createOutputStore(db.rw).read(scope, upload.outputId)).toBeNull();
  const ref = { id: upload.outputId, sha256: announced.sha256, bytes: bytes.length };
  expect(await intake().finish(scope, upload.outputId)).toEqual({ kind: 'finished', ref });
  expect(await intake().finish(scope, upload.outputId)).toEqual({ kind: 'finished', ref });
  expect(Buffer.from((await createOutputStore(db.rw).read(scope, upload.outputId))!).equals(bytes)).toBe(true);
  const other = await newScope(db);
  expect(await intake().upload(other, upload.outputId)).toBeNull();
  expect(await intake().append(other, upload.outputId, 0, bytes.subarray(0, 10))).toEqual({ kind: 'unknown' });
  expect(await intake().announce(other, input.sessionId, input.commandId, announced)).toBeNull();
  const seen = new Map<string, Uint8Array>();
  await db.progress.completeInteraction(
    report(input, { status: 'ok', outputs: [{ name: 'log', ref }] }),
    ({ outputs }) => {
      for (const [name, value] of outputs) seen.set(name, value);
      return { status: 'ok', patch: {} };
    },
  );
  expect(seen.get('log')!.length).toBe(bytes.length);
});
