import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { childSessionId } from '../../src/domain/children.js';
import type { StepFacts } from '../../src/domain/facts.js';
import type { Failure } from '../../src/domain/failures.js';
import type { Scope } from '../../src/domain/scope.js';
import type { GenerateInput } from '../../src/ports/progress-store.js';
import { type Database, startDatabase } from './database.js';
import {
  agentDraft,
  builds,
  draft,
  eventsOf,
  following,
  newScope,
  opening,
  passes,
  report,
  startOf,
  turn,
} from './sessions.js';

let db: Database;
beforeAll(async () => {
  db = await startDatabase();
});
afterAll(() => db.stop());

const RED: Failure = { kind: 'tests_failed', message: 'One test fails.', ids: ['adds'] };

async function planned(scope: Scope) {
  const parent = opening(scope, {
    mode: 'agentic',
    start: startOf(scope, { sessionType: 'contextCoding', executorQueue: 'q' }),
  });
  await turn(db, parent, () => ({ status: 'ok', patch: { branch: 'sw/parent' } }));
  const child = (attempt: number) => ({
    component: 'Billing.Invoice',
    attempt,
    sessionId: childSessionId(parent.sessionId, 'Billing.Invoice', attempt),
  });
  const opens = (attempt: number): GenerateInput =>
    opening(scope, {
      sessionId: child(attempt).sessionId,
      mode: 'agentic',
      start: startOf(scope, {
        executorQueue: 'q',
        parent: { sessionId: parent.sessionId, branch: 'sw/parent', attempt },
      }),
    });
  return { parent, child, opens };
}

test('planned children can be read at once, become active with their first command, and closing tells the parent', async () => {
  const scope = await newScope(db);
  const { parent, child, opens } = await planned(scope);
  const plan = { ...parent, children: [child(1)] };
  await db.progress.planChildren(plan);
  await db.progress.planChildren(plan);
  const { sessionId } = child(1);
  expect(await db.reader.get(scope, sessionId)).toMatchObject({
    type: 'componentCoding',
    status: 'active',
    waitingOn: 'slot',
    mode: 'agentic',
    parentSessionId: parent.sessionId,
  });
  const first = opens(1);
  await turn(db, first);
  const fix = following(first, 'FixImplementation');
  await turn(db, fix);
  await db.progress.closeSession({ scope, sessionId, status: 'failed', failure: RED });
  await db.progress.closeSession({ scope, sessionId, status: 'complete', failure: null });
  expect(await db.progress.childOutcome(scope, sessionId)).toEqual({
    status: 'failed',
    branch: null,
    commit: null,
    failure: RED,
    fixRounds: 1,
  });
  let facts: StepFacts | null = null;
  await db.progress.openInteraction(
    following(parent, 'SpawnComponentCodingSessions'),
    (given) => ((facts = given), { ok: true, command: draft() }),
  );
  expect(facts).toMatchObject({
    children: [{ ...child(1), status: 'failed', failure: RED, fixRounds: 1, mergedAs: null }],
  });
  expect((await db.reader.tree(scope, parent.sessionId)).map((row) => [row.sessionId, row.status])).toEqual([
    [parent.sessionId, 'active'],
    [sessionId, 'failed'],
  ]);
  const types = (await eventsOf(db, first)).map(({ type }) => type);
  expect(types.filter((type) => type === 'session_closed')).toHaveLength(1);
  expect((await eventsOf(db, parent)).filter(({ type }) => type === 'children_planned')).toHaveLength(1);
});

test('what is held against a child is in the prompts of the next attempt, and its turns are counted on', async () => {
  const scope = await newScope(db);
  const { parent, child, opens } = await planned(scope);
  await db.progress.planChildren({ ...parent, children: [child(1)] });
  const one = opens(1);
  await turn(db, one);
  const conflict: Failure = { kind: 'merge_conflict', message: 'a.js' };
  await db.progress.closeSession({ scope, sessionId: one.sessionId, status: 'complete', failure: null });
  const held = {
    ...child(1),
    status: 'complete' as const,
    branch: 'b',
    commit: 'c',
    mergedAs: null,
    failure: conflict,
    fixRounds: 0,
  };
  await db.progress.recordChild(scope, parent.sessionId, held);
  await db.progress.recordChild(scope, parent.sessionId, { ...held, status: 'active' });
  await db.progress.planChildren({ ...parent, children: [child(2)] });
  const seen: StepFacts[] = [];
  const look =
    (command = draft()) =>
    (facts: StepFacts) => (seen.push(facts), { ok: true as const, command });
  const initialize = opens(2);
  await db.progress.openInteraction(initialize, look());
  await db.progress.completeInteraction(report(initialize), passes);
  const generate = following(initialize, 'GenerateImplementation');
  await db.progress.openInteraction(generate, look(agentDraft()));
  await db.progress.completeInteraction(report(generate), passes);
  await db.progress.openInteraction(following(generate, 'RunTests'), look());
  expect(seen.map(({ lastFailure, earlierTurns, session }) => [lastFailure, earlierTurns, session.attempt])).toEqual([
    [conflict, 1, 2],
    [conflict, 0, 2],
    [null, 0, 2],
  ]);
  expect(await eventsOf(db, parent).then((all) => all.filter(({ type }) => type === 'child_changed'))).toMatchObject([
    { data: { status: 'complete', failure: 'merge_conflict' } },
  ]);
});

test('closing is final: open commands are superseded, children never started are cancelled, nothing opens any more', async () => {
  const scope = await newScope(db);
  const { parent, child } = await planned(scope);
  await db.progress.planChildren({ ...parent, children: [child(1)] });
  const open = following(parent, 'SpawnComponentCodingSessions');
  await db.progress.openInteraction(open, builds());
  const cancelled: Failure = { kind: 'cancelled', message: 'by \u0000 an operator \ud800' };
  await db.progress.closeSession({ scope, sessionId: parent.sessionId, status: 'cancelled', failure: cancelled });
  expect(await db.reader.get(scope, parent.sessionId)).toMatchObject({
    status: 'cancelled',
    waitingOn: null,
    failure: { message: 'by \uFFFD an operator \uFFFD' },
    interactions: [{ status: 'ok' }, { status: 'superseded' }],
    children: [{ sessionId: child(1).sessionId, status: 'cancelled', closedAt: expect.any(String) }],
  });
  expect(await db.progress.openInteraction(following(open, 'Finalize'), builds())).toMatchObject({
    kind: 'refused',
    failure: { kind: 'blocked' },
  });
  await db.progress.noteWaiting({ scope, sessionId: parent.sessionId, waitingOn: 'client', reason: null });
  expect(await db.reader.get(scope, parent.sessionId)).toMatchObject({ waitingOn: null });
});
