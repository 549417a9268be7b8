import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Failure } from '../../src/domain/failures.js';
import { createMirror } from '../../src/store/mirror.js';
import { type Database, startDatabase } from './database.js';
import { builds, eventsOf, following, newScope, opening, turn } from './sessions.js';

let db: Database;
beforeAll(async () => {
  db = await startDatabase();
});
afterAll(() => db.stop());

const HOME = 'a-namespace/a-queue';
const ENDED: Failure = { kind: 'cancelled', message: 'an operator terminated it' };

async function started() {
  const scope = await newScope(db);
  const input = { ...opening(scope), runId: 'run-1', home: HOME };
  await db.progress.openInteraction(input, builds());
  const mirror = createMirror(db.rw);
  const look = async () => (await mirror.rows(await mirror.places([input.sessionId]), HOME))[0]!;
  const row = async () => (await db.reader.get(scope, input.sessionId))!;
  return { scope, input, mirror, look, row };
}

test('a row is closed only as it was seen, once, and leaves the list of open sessions of its home', async () => {
  const { input, mirror, look, row } = await started();
  const isListed = async (home: string) =>
    (await mirror.openPlaces(home, '', 1_000)).some(({ sessionId }) => sessionId === input.sessionId);
  expect([await isListed(HOME), await isListed('another/a-queue')]).toEqual([true, false]);
  const seen = await look();
  expect(seen).toMatchObject({ status: 'active', atHome: true, pendingCommandId: input.commandId, parent: null });
  await turn(db, { ...following(input, 'RunTests'), seq: 2 });
  const end = { status: 'cancelled' as const, failure: ENDED, runId: 'run-1' };
  await mirror.close(seen, end);
  expect((await row()).status).toBe('active');
  const now = await look();
  await Promise.all([mirror.close(now, end), mirror.close(now, end)]);
  expect(await row()).toMatchObject({ status: 'cancelled', failure: ENDED, revision: now.revision + 1 });
  expect(await isListed(HOME)).toBe(false);
});

test('the run that ended a session opens nothing more and closes it once; another run opens it again and ends it its own way', async () => {
  const { scope, input, row } = await started();
  const { sessionId } = input;
  const close = (status: 'failed' | 'complete', runId: string) =>
    db.progress.closeSession({ scope, sessionId, status, failure: null, runId });
  await close('failed', 'run-1');
  await close('complete', 'run-1');
  const next = { ...following(input, 'RunTests'), runId: 'run-1' };
  expect(await db.progress.openInteraction(next, builds())).toMatchObject({ kind: 'refused' });
  expect((await row()).status).toBe('failed');
  expect(await db.progress.openInteraction({ ...next, runId: 'run-2' }, builds())).toMatchObject({ kind: 'opened' });
  expect(await row()).toMatchObject({ status: 'active', closedAt: null, failure: null, step: 'RunTests' });
  await close('complete', 'run-2');
  expect((await row()).status).toBe('complete');
  const events = await eventsOf(db, input);
  expect(events.map(({ revision }) => revision)).toEqual(events.map((_, index) => index + 1));
  expect(events.map(({ type }) => type)).toEqual([
    'session_created',
    'interaction_opened',
    'session_closed',
    'session_reopened',
    'interaction_opened',
    'session_closed',
  ]);
});

test('a row follows its workflow back: later interactions are superseded, and the open command is pending again', async () => {
  const { scope, input, mirror, look, row } = await started();
  await db.progress.closeSession({
    scope,
    sessionId: input.sessionId,
    status: 'cancelled',
    failure: ENDED,
    runId: 'run-1',
  });
  const standing = {
    seq: 1,
    step: 'Initialize',
    waitingOn: 'client' as const,
    waitingSince: '2026-01-01T00:00:00.000Z',
    openCommandId: input.commandId,
  };
  const seen = await look();
  await mirror.follow(seen, standing);
  await mirror.follow(seen, standing);
  expect(await row()).toMatchObject({
    status: 'active',
    waitingOn: 'client',
    revision: seen.revision + 1,
    interactions: [{ status: 'pending', commandId: input.commandId }],
  });
  expect((await eventsOf(db, input)).at(-1)).toMatchObject({ type: 'session_reopened', data: { seq: 1 } });
  const own = await look();
  const later = following(input, 'RunTests');
  await db.progress.openInteraction(later, builds());
  await mirror.follow(own, standing);
  expect((await row()).seq).toBe(2);
  await mirror.follow(await look(), standing);
  const after = await row();
  expect(after).toMatchObject({ seq: 1, step: 'Initialize' });
  expect(after.interactions.find(({ commandId }) => commandId === later.commandId)!.status).toBe('superseded');
  expect((await eventsOf(db, input)).at(-1)!.type).toBe('session_set_back');
});
