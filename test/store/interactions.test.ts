import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { StepFacts } from '../../src/domain/facts.js';
import type { Failure } from '../../src/domain/failures.js';
import { createPool } from '../../src/store/pool.js';
import { createProgressStore } from '../../src/store/progress-store.js';
import { withScope } from '../../src/store/with-scope.js';
import { type Database, startDatabase } from './database.js';
import { builds, draft, eventsOf, following, newScope, opening, passes, report, startOf, turn } from './sessions.js';

let db: Database;
beforeAll(async () => {
  db = await startDatabase();
});
afterAll(() => db.stop());

const RED: Failure = { kind: 'tests_failed', message: 'One test fails.', ids: ['adds'] };
const fails = () => ({ status: 'error' as const, failure: RED, patch: {} });

const expectGapless = (events: readonly { revision: number }[]) =>
  expect(events.map(({ revision }) => revision)).toEqual(events.map((_, index) => index + 1));

test('the first interaction makes the session, gives the step its facts, and hands out the command', async () => {
  const scope = await newScope(db);
  const input = opening(scope);
  let facts: StepFacts | null = null;
  const opened = await db.progress.openInteraction(input, (given) => {
    facts = given;
    return { ok: true, command: draft() };
  });
  const identity = { id: input.commandId, sessionId: input.sessionId, seq: 1, step: 'Initialize' };
  expect(opened).toEqual({ kind: 'opened', command: { ...draft(), ...identity }, executorQueue: null, bounds: {} });
  expect(facts).toMatchObject({
    scope,
    session: { id: input.sessionId, type: 'componentCoding', mode: 'manual', parent: null, attempt: 1, state: {} },
    project: { name: 'Shop', remote: '/srv/shop.git', defaultBranch: 'main', toolchain: 'node' },
    context: { name: 'Billing', description: 'Money.' },
    component: { name: 'Billing.Invoice', dependsOn: ['Billing.Tax'] },
    components: [{ name: 'Billing.Invoice' }, { name: 'Billing.Tax', priority: 5 }],
    stories: [{ title: 'Pay', acceptanceCriteria: ['It is paid.'] }],
    rules: [{ name: 'plain', componentType: '*', sessionType: '*', text: 'Keep it plain.' }],
    lastFailure: null,
    earlierTurns: 0,
    children: [],
  });
  expect(await db.progress.loadCommand(scope, input.sessionId, input.commandId)).toEqual({
    command: { ...draft(), ...identity },
    executorQueue: null,
  });
  expect(await db.reader.get(scope, input.sessionId)).toMatchObject({
    status: 'active',
    waitingOn: 'client',
    seq: 1,
    step: 'Initialize',
  });
});

test('opening and completing again give the stored answer, and neither builds nor judges twice', async () => {
  const scope = await newScope(db);
  const input = opening(scope);
  const first = await db.progress.openInteraction(input, builds());
  const never = () => {
    throw new Error('asked twice');
  };
  expect(await db.progress.openInteraction(input, never)).toEqual(first);
  const patch = {
    branch: 'sw/a/b-1',
    baseSha: 'abc',
    workspace: '/w',
    pullRequest: { title: 't', body: 'b', compare: 'c' },
  };
  const done = await db.progress.completeInteraction(report(input), () => ({ status: 'ok', patch }));
  expect(done).toEqual({ kind: 'verdict', verdict: { status: 'ok', patch } });
  expect(await db.progress.completeInteraction(report(input, { status: 'error' }), never)).toEqual(done);
  expect(await db.progress.openInteraction(input, never)).toEqual(first);
  const session = await db.reader.get(scope, input.sessionId);
  expect(session).toMatchObject({
    state: patch,
    waitingOn: 'system',
    interactions: [{ status: 'ok', source: 'claimed' }],
  });
  expect((await eventsOf(db, input)).map(({ type }) => type)).toEqual([
    'session_created',
    'interaction_opened',
    'interaction_completed',
  ]);
});

test('twenty attempts of one activity at once make one session, one command and one verdict', async () => {
  const scope = await newScope(db);
  const input = opening(scope);
  let judged = 0;
  const opened = await Promise.all(
    Array.from({ length: 20 }, (_, n) => db.progress.openInteraction(input, builds(draft(`try ${n}`)))),
  );
  expect(new Set(opened.map((answer) => JSON.stringify(answer, Object.keys(answer).sort()))).size).toBe(1);
  expect(new Set(opened.map((answer) => answer.kind === 'opened' && answer.command.title)).size).toBe(1);
  await Promise.all(
    Array.from({ length: 20 }, () => db.progress.completeInteraction(report(input), () => ((judged += 1), passes()))),
  );
  expect(judged).toBe(1);
  expectGapless(await eventsOf(db, input));
  expect(await eventsOf(db, input)).toHaveLength(3);
});

test('revisions have no gap whatever writes to a session at the same time', async () => {
  const scope = await newScope(db);
  const input = opening(scope, { start: { ...startOf(scope)!, sessionType: 'contextCoding' } });
  await db.progress.openInteraction(input, builds());
  const { sessionId } = input;
  const component = (n: number) => `Billing.C${n}`;
  await Promise.all([
    db.progress.completeInteraction(report(input), passes),
    ...Array.from({ length: 10 }, (_, n) =>
      db.progress.planChildren({
        ...input,
        children: [{ component: component(n), sessionId: `${sessionId}-${n}`, attempt: 1 }],
      }),
    ),
    ...(['client', 'decision', 'quota', null] as const).map((waitingOn) =>
      db.progress.noteWaiting({ scope, sessionId, waitingOn, reason: 'why' }),
    ),
  ]);
  const events = await eventsOf(db, input);
  expectGapless(events);
  expect(events.length).toBeGreaterThanOrEqual(14);
  expect((await db.reader.get(scope, sessionId))?.revision).toBe(events.length);
});

test('a failure reaches the next command, until a step went well', async () => {
  const scope = await newScope(db);
  const first = opening(scope);
  await turn(db, first, fails);
  const second = following(first, 'Initialize');
  const seen: StepFacts[] = [];
  await db.progress.openInteraction(second, (facts) => (seen.push(facts), { ok: true, command: draft() }));
  await db.progress.completeInteraction(report(second), passes);
  await db.progress.openInteraction(
    following(second, 'Initialize'),
    (facts) => (seen.push(facts), { ok: true, command: draft() }),
  );
  expect(seen.map(({ lastFailure, earlierTurns }) => [lastFailure, earlierTurns])).toEqual([
    [RED, 1],
    [null, 2],
  ]);
});

test('a command that cannot be built is a completed error interaction, and stays one', async () => {
  const scope = await newScope(db);
  const input = opening(scope);
  const failure: Failure = { kind: 'blocked', message: 'There is a cycle.' };
  const answers = [
    await db.progress.openInteraction(input, () => ({ ok: false, failure })),
    await db.progress.openInteraction(input, builds()),
  ];
  expect(answers).toEqual([
    { kind: 'unbuildable', failure },
    { kind: 'unbuildable', failure },
  ]);
  expect(await db.progress.loadCommand(scope, input.sessionId, input.commandId)).toBeNull();
  expect((await eventsOf(db, input)).at(-1)).toMatchObject({
    type: 'interaction_completed',
    data: { status: 'error', failure: 'blocked' },
  });
});

test('after a reset the rows of the abandoned run are superseded, and its command has no more say', async () => {
  const scope = await newScope(db);
  const one = opening(scope);
  await turn(db, one);
  const two = following(one, 'GenerateImplementation');
  await turn(db, two, fails);
  const three = following(two, 'GenerateImplementation');
  await db.progress.openInteraction(three, builds());
  const again = following(one, 'GenerateImplementation');
  let facts: StepFacts | null = null;
  await db.progress.openInteraction(again, (given) => ((facts = given), { ok: true, command: draft() }));
  expect(facts).toMatchObject({ lastFailure: null, earlierTurns: 0 });
  const statuses = async () =>
    Object.fromEntries(
      (await db.reader.get(scope, one.sessionId))!.interactions.map((row) => [row.commandId, row.status]),
    );
  expect(await statuses()).toEqual({
    [one.commandId]: 'ok',
    [two.commandId]: 'superseded',
    [three.commandId]: 'superseded',
    [again.commandId]: 'pending',
  });
  expect(await db.progress.completeInteraction(report(three), passes)).toMatchObject({
    kind: 'verdict',
    verdict: { status: 'warning' },
  });
  expect((await statuses())[again.commandId]).toBe('pending');
});

test('a lease decides whose report counts, and a stale one leaves the command open', async () => {
  const scope = await newScope(db);
  const input = opening(scope);
  await db.progress.openInteraction(input, builds());
  const lease = (number: number, expires: string) =>
    withScope(db.rw, scope, (tx) =>
      tx.query(
        {
          text: `INSERT INTO leases VALUES ($1, $2, $3, $4, $5, 'me', $6, now(), now() + $7::interval)
                 ON CONFLICT (account_id, project_id, session_id, command_id) DO UPDATE SET number = $5, expires_at = now() + $7::interval`,
        },
        [scope.accountId, scope.projectId, input.sessionId, input.commandId, number, scope.userId, expires],
      ),
    );
  await lease(2, '1 minute');
  for (const stale of [report(input), { ...report(input), lease: 1 }]) {
    expect(await db.progress.completeInteraction(stale, passes)).toEqual({ kind: 'stale_lease' });
  }
  await lease(2, '-1 minute');
  expect(await db.progress.completeInteraction({ ...report(input), lease: 1 }, passes)).toEqual({
    kind: 'stale_lease',
  });
  expect(await db.progress.completeInteraction({ ...report(input), lease: 2 }, passes)).toMatchObject({
    kind: 'verdict',
  });
});

test('an event about waiting is written only when what is waited on changes', async () => {
  const scope = await newScope(db);
  const input = opening(scope);
  await db.progress.openInteraction(input, builds());
  for (const [waitingOn, reason] of [
    ['decision', 'a'],
    ['decision', 'b'],
    ['client', 'c\u0000'],
  ] as const) {
    await db.progress.noteWaiting({ scope, sessionId: input.sessionId, waitingOn, reason });
  }
  const changes = (await eventsOf(db, input)).filter(({ type }) => type === 'waiting_changed');
  expect(changes.map(({ data }) => data)).toEqual([
    { waitingOn: 'decision', reason: 'a' },
    { waitingOn: 'client', reason: 'c\uFFFD' },
  ]);
});

test('calls about sessions nobody knows end quietly instead of being tried for ever', async () => {
  const scope = await newScope(db);
  for (const sessionId of [randomUUID(), `x'; DROP TABLE sessions; --`]) {
    await db.progress.closeSession({ scope, sessionId, status: 'failed', failure: null });
    await db.progress.noteWaiting({ scope, sessionId, waitingOn: 'client', reason: null });
    await db.progress.planChildren({
      scope,
      sessionId,
      seq: 1,
      commandId: 'c',
      children: [{ component: 'a', sessionId: 'b', attempt: 1 }],
    });
    expect(await db.progress.childOutcome(scope, sessionId)).toMatchObject({
      status: 'failed',
      failure: { kind: 'internal' },
    });
    expect(await db.progress.completeInteraction({ ...report(opening(scope)), sessionId }, passes)).toMatchObject({
      verdict: { status: 'warning' },
    });
  }
});

test('what is done in every turn is planned once, also when Postgres has looked at its tables', async () => {
  const scope = await newScope(db);
  const pool = createPool(db.rwUrl, { max: 1 });
  const progress = createProgressStore(pool);
  let input = opening(scope);
  const turns = async (count: number) => {
    for (let n = 0; n < count; n += 1) {
      await progress.openInteraction(input, builds());
      await progress.completeInteraction(report(input), fails);
      input = following(input, 'Initialize');
    }
  };
  await turns(6);
  const owner = createPool(db.ownerUrl);
  await owner.query('ANALYZE').finally(() => owner.end());
  await turns(6);
  const { rows } = await pool.query('SELECT name FROM pg_prepared_statements WHERE custom_plans > 0');
  await pool.end();
  expect(rows).toEqual([]);
});
