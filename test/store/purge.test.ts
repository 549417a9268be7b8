import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createLeaseStore } from '../../src/store/lease-store.js';
import { createIntakeStore } from '../../src/store/intake-store.js';
import { createPool, type Pool } from '../../src/store/pool.js';
import { projectsOf, purgeSessions } from '../../src/store/purge-sessions.js';
import { withScope } from '../../src/store/with-scope.js';
import { type Database, startDatabase } from './database.js';
import { builds, newScope, opening, passes, report, startOf } from './sessions.js';

let db: Database;
let owner: Pool;
beforeAll(async () => {
  db = await startDatabase();
  owner = createPool(db.ownerUrl);
});
afterAll(async () => {
  await owner.end();
  await db.stop();
});

type Scope = Awaited<ReturnType<typeof newScope>>;
const later = () => new Date(Date.now() + 60_000).toISOString();

/** A root with a child, an output, a lease and a rejected result; both closed when asked for. */
async function tree(scope: Scope, isClosed: boolean): Promise<string> {
  const root = opening(scope);
  await db.progress.openInteraction(root, builds());
  const { sessionId, commandId } = root;
  await createLeaseStore(db.rw).take(scope, sessionId, commandId, 'me', 1);
  const rejected = { commandId, digest: 'd', result: { status: 'ok' }, why: 'late', acceptedDigest: null } as const;
  await createIntakeStore(db.rw).keepRejected(scope, sessionId, rejected);
  await createIntakeStore(db.rw).claimKey(scope, randomUUID(), 'd', sessionId);
  const child = { component: 'Billing.Tax', sessionId: randomUUID(), attempt: 1 };
  await db.progress.planChildren({ scope, sessionId, seq: 1, commandId, children: [child] });
  const parent = { sessionId, branch: 'b', attempt: 1 };
  const first = opening(scope, {
    sessionId: child.sessionId,
    start: startOf(scope, { component: 'Billing.Tax', parent }),
  });
  await db.progress.openInteraction(first, builds());
  await db.progress.completeInteraction(
    report(first, { status: 'ok', outputs: [{ name: 'log', text: 'hello' }] }),
    passes,
  );
  await db.progress.closeSession({ scope, sessionId: child.sessionId, status: 'complete', failure: null });
  if (isClosed) await db.progress.closeSession({ scope, sessionId, status: 'complete', failure: null });
  return sessionId;
}

async function rowsOf(scope: Scope): Promise<number> {
  const tables = [
    'sessions',
    'interactions',
    'session_events',
    'session_children',
    'outputs',
    'output_chunks',
    'leases',
    'late_results',
    'idempotency_keys',
  ];
  const counts = await withScope(db.ro, scope, async (tx) => {
    const all: number[] = [];
    for (const table of tables)
      all.push((await tx.query<{ n: number }>({ text: `SELECT count(*)::integer AS n FROM ${table}` }, []))[0]!.n);
    return all;
  });
  return counts.reduce((sum, n) => sum + n, 0);
}

test('whole trees that closed before the time go, with everything of theirs; open ones, young ones and other projects stay', async () => {
  const [scope, other] = [await newScope(db), await newScope(db)];
  const gone = await tree(scope, true);
  const before = await rowsOf(scope);
  const kept = await tree(scope, false);
  await tree(other, true);
  const ofOther = await rowsOf(other);
  expect(await purgeSessions(owner, scope, '2020-01-01T00:00:00Z', false)).toEqual({ sessions: 0, outputBytes: 0 });
  expect(await purgeSessions(owner, scope, later(), true)).toEqual({ sessions: 2, outputBytes: 5 });
  expect(await purgeSessions(owner, scope, later(), false)).toEqual({ sessions: 2, outputBytes: 5 });
  expect(await db.reader.get(scope, gone)).toBeNull();
  expect((await db.reader.tree(scope, kept)).length).toBe(2);
  // An open root has no closing event yet.
  expect(await rowsOf(scope)).toBe(before - 1);
  expect(await rowsOf(other)).toBe(ofOther);
  expect(await purgeSessions(owner, scope, later(), false)).toEqual({ sessions: 0, outputBytes: 0 });
  expect(await projectsOf(owner, scope.accountId)).toMatchObject([{ projectId: scope.projectId }]);
});

test('an id that was purged can be nobody else’s, and nothing that serves users may delete', async () => {
  const [scope, other] = [await newScope(db), await newScope(db)];
  const sessionId = await tree(scope, true);
  await purgeSessions(owner, scope, later(), false);
  expect(await db.progress.openInteraction(opening(other, { sessionId }), builds())).toMatchObject({ kind: 'refused' });
  await tree(scope, true);
  await expect(purgeSessions(db.rw, scope, later(), false)).rejects.toThrow(/permission denied/);
});
