import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Scope } from '../../src/domain/scope.js';
import type { GenerateInput } from '../../src/ports/progress-store.js';
import { findSessionPlace } from '../../src/store/lookup.js';
import { sqlState } from '../../src/store/sql-errors.js';
import { withScope } from '../../src/store/with-scope.js';
import { type Database, startDatabase } from './database.js';
import { builds, following, newScope, opening, passes, report, startOf, withForeigners } from './sessions.js';

let db: Database;
beforeAll(async () => {
  db = await startDatabase();
});
afterAll(() => db.stop());

test('every read with the ids of another account or project gives nothing', async () => {
  const { scope, input, outputId, foreigners } = await withForeigners(db);
  const { sessionId, commandId } = input;
  const readAll = (by: Scope) =>
    Promise.all([
      db.reader.get(by, sessionId),
      db.reader.tree(by, sessionId),
      db.reader.events(by, sessionId, 0, 10),
      db.reader.list(by, {}, { limit: 10 }).then(({ items }) => items),
      db.reader.list(by, { parentSessionId: sessionId }, { limit: 10 }).then(({ items }) => items),
      db.progress.loadCommand(by, sessionId, commandId),
      db.outputs.read(by, outputId),
      db.progress.childOutcome(by, sessionId).then(({ status }) => (status === 'failed' ? null : status)),
    ]);
  for (const foreigner of foreigners.slice(0, 3)) {
    expect(await readAll(foreigner)).toEqual([null, [], [], [], [], null, null, null]);
  }
  expect(await db.reader.get(foreigners[3]!, sessionId)).toBeNull();
  expect(JSON.stringify(await readAll(scope))).toContain(sessionId);
  expect(await findSessionPlace(db.ro, sessionId)).toEqual({ accountId: scope.accountId, projectId: scope.projectId });
});

test('another scope can neither open, complete nor close a session, and hears only that it may not', async () => {
  const { scope, input, foreigners } = await withForeigners(db);
  const before = await db.reader.get(scope, input.sessionId);
  for (const foreigner of foreigners) {
    const next = { ...following(input, 'Finalize'), scope: foreigner };
    for (const start of [null, startOf(foreigner)]) {
      expect(await db.progress.openInteraction({ ...next, start }, builds())).toMatchObject({
        kind: 'refused',
        failure: { kind: 'not_authorized' },
      });
    }
    expect(await db.progress.completeInteraction({ ...report(input), scope: foreigner }, passes)).toMatchObject({
      verdict: { status: 'warning' },
    });
    await db.progress.closeSession({ scope: foreigner, sessionId: input.sessionId, status: 'failed', failure: null });
  }
  expect(await db.reader.get(scope, input.sessionId)).toEqual(before);
});

test('the database itself shows and takes nothing of another scope, or of none', async () => {
  const { scope, foreigners } = await withForeigners(db);
  const { rows: tables } = await db.ro.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relrowsecurity`,
  );
  expect(tables.length).toBeGreaterThan(18);
  for (const { name } of tables) {
    expect((await db.rw.query(`SELECT 1 FROM ${name} LIMIT 1`)).rowCount).toBe(0);
    const seen = await withScope(db.ro, foreigners[0]!, (tx) =>
      tx.query({ text: `SELECT 1 FROM ${name} WHERE account_id = $1` }, [scope.accountId]),
    );
    expect(seen).toEqual([]);
  }
  const foreign = withScope(db.rw, foreigners[0]!, (tx) =>
    tx.query({ text: `INSERT INTO contexts VALUES ($1, $2, 'Stolen', '')` }, [scope.accountId, scope.projectId]),
  );
  await expect(foreign).rejects.toThrow(/row-level security/);
  const moved = withScope(db.rw, scope, (tx) =>
    tx.query({ text: 'UPDATE contexts SET project_id = $1' }, [foreigners[1]!.projectId]),
  );
  await expect(moved).rejects.toThrow(/row-level security/);
});

test('a session begins only for a member, with a subject of the model, under an id nobody has', async () => {
  const { scope, input } = await withForeigners(db);
  const other = await newScope(db);
  const refusal = async (change: Partial<GenerateInput>) => {
    const answer = await db.progress.openInteraction(opening(other, change), builds());
    return answer.kind === 'refused' ? `${answer.failure.kind}: ${answer.failure.message.split(':')[0]}` : answer.kind;
  };
  const start = (change: object) => ({ start: startOf(other, change) });
  expect(await refusal({ sessionId: input.sessionId })).toBe('not_authorized: sessionId');
  expect(await refusal({ scope: { ...other, userId: randomUUID() } })).toBe('not_authorized: scope');
  expect(await refusal({ scope: { ...other, projectId: scope.projectId } })).toBe('not_authorized: scope');
  expect(await refusal(start({ context: 'Nowhere' }))).toBe('blocked: context');
  expect(await refusal(start({ component: 'Billing.Nothing' }))).toBe('blocked: component');
  expect(await refusal(start({ component: `'; DROP TABLE sessions; --` }))).toBe('blocked: component');
  expect(await refusal(start({ component: 'a\u0000b' }))).toMatch(/^blocked: start.component contains U\+0000/);
  expect(await refusal(start({ parent: { sessionId: input.sessionId, branch: 'b', attempt: 1 } }))).toBe(
    'not_authorized: parent',
  );
  expect(await refusal({ sessionId: '../etc' })).toBe('blocked: sessionId');
  expect((await db.reader.list(other, {}, { limit: 10 })).items).toEqual([]);
});

test('a transaction that went wrong leaves nothing behind, in the tables or on the connection', async () => {
  const scope = await newScope(db);
  const count = () =>
    withScope(db.rw, scope, (tx) => tx.query<{ n: number }>({ text: 'SELECT count(*)::integer AS n FROM rules' }, []));
  const insert = { text: `INSERT INTO rules VALUES ($1, $2, 'x', '*', '*', '')` };
  const key = [scope.accountId, scope.projectId];
  await expect(
    withScope(db.rw, scope, async (tx) => (await tx.query(insert, key), Promise.reject(new Error('given up')))),
  ).rejects.toThrow('given up');
  const twice = withScope(db.rw, scope, async (tx) => (await tx.query(insert, key), tx.queryAndCommit(insert, key)));
  await expect(twice.catch(sqlState)).resolves.toBe('23505');
  const slow = withScope(db.rw, scope, (tx) => tx.query({ text: 'SELECT pg_sleep(5)' }, []));
  await expect(slow.catch(sqlState)).resolves.toBe('57014');
  const cut = withScope(db.rw, scope, async (tx) => {
    await tx.query(insert, key);
    await tx.query({ text: 'SELECT pg_terminate_backend(pg_backend_pid())' }, []);
  });
  await expect(cut).rejects.toThrow();
  expect(await count()).toEqual([{ n: 1 }]);
  expect((await db.rw.query(`SELECT current_setting('app.account', true) AS account`)).rows).not.toContainEqual({
    account: scope.accountId,
  });
});
