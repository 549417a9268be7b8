import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { allowedTimes, BOUNDS, type Bounds } from '../../src/domain/bounds.js';
import { FAILURE_KINDS, type Failure } from '../../src/domain/failures.js';
import { advance, FRESH, type Progress } from '../../src/domain/progress.js';
import { RESULT_STATUSES, type ResultStatus } from '../../src/domain/result.js';
import { isComplete, nextStep, routeAfter } from '../../src/domain/routing.js';
import { SESSION_TYPE_NAMES, type SessionTypeName, type Turn } from '../../src/domain/session.js';
import { SESSION_TYPES } from '../../src/domain/session-types/catalog.js';

const anyType = fc.constantFrom(...SESSION_TYPE_NAMES);
const anyStatus = fc.constantFrom(...RESULT_STATUSES);
const turnsOf = (type: SessionTypeName, status: fc.Arbitrary<Turn['status']>) =>
  fc
    .array(fc.record({ step: fc.constantFrom(...SESSION_TYPES[type].steps), status }), { maxLength: 12 })
    .map((turns) => turns.map((turn, index): Turn => ({ seq: index + 1, ...turn })));
const typeWithTurns = anyType.chain((type) =>
  fc.tuple(fc.constant(type), turnsOf(type, fc.oneof(anyStatus, fc.constant(null)))),
);

test('every table is total: each step has a row for each status, and leads to a step of the type or to complete', () => {
  for (const { name, steps, routes } of Object.values(SESSION_TYPES)) {
    expect(Object.keys(routes)).toEqual([...steps]);
    for (const step of steps) {
      for (const status of RESULT_STATUSES) {
        const taken = routeAfter(name, { seq: 1, step, status });
        expect([...steps, 'complete']).toContain(taken.ok ? taken.route.to : taken.error);
      }
    }
  }
});

test('every way back names a bound, and no way forward does', () => {
  for (const { steps, routes } of Object.values(SESSION_TYPES)) {
    for (const [step, rows] of Object.entries(routes)) {
      for (const [status, { to, bound }] of Object.entries(rows)) {
        const isBack = status !== 'ok';
        expect([step, status, bound !== undefined]).toEqual([step, status, isBack]);
        if (bound !== undefined) expect(Object.keys(BOUNDS)).toContain(bound);
        if (isBack) expect(steps).toContain(to);
      }
    }
  }
});

test('a pending interaction never influences routing', () => {
  fc.assert(
    fc.property(typeWithTurns, ([type, turns]) => {
      const completed = turns.filter((turn) => turn.status !== null);
      const [whole, without] = [turns, completed].map((interactions) => ({ status: 'active' as const, interactions }));
      expect(nextStep(type, whole!)).toEqual(nextStep(type, without!));
      expect(isComplete(whole!)).toBe(isComplete(without!));
    }),
  );
});

test('the order of the interactions in the array never matters, only their seq', () => {
  const shuffled = typeWithTurns.chain(([type, turns]) =>
    fc.tuple(fc.constant(type), fc.constant(turns), fc.shuffledSubarray(turns, { minLength: turns.length })),
  );
  fc.assert(
    fc.property(shuffled, ([type, turns, others]) => {
      const next = (interactions: readonly Turn[]) => nextStep(type, { status: 'active', interactions });
      expect(next(others)).toEqual(next(turns));
    }),
  );
});

const failureOf = fc.record({
  kind: fc.constantFrom(...FAILURE_KINDS),
  message: fc.constant('m'),
  rule: fc.string({ maxLength: 1 }),
});
interface Outcome {
  readonly status: ResultStatus;
  readonly failure: Failure;
}
const walk = fc.record({
  type: anyType,
  bounds: fc.record(
    { agent: fc.integer({ min: 1, max: 6 }), rounds: fc.integer({ min: 1, max: 6 }) },
    { requiredKeys: [] },
  ),
  results: fc.infiniteStream(
    fc.record({ status: fc.constantFrom('ok' as const, ...RESULT_STATUSES), failure: failureOf }),
  ),
});

test('whatever the results are, a session ends within the sum of its bounds, and no bound is ever exceeded', () => {
  const ends = { complete: 0, spent: 0 };
  fc.assert(
    fc.property(walk, ({ type, bounds, results }) => {
      const limit = (allWaysBack(type, bounds) + 1) * SESSION_TYPES[type].steps.length;
      let progress: Progress = FRESH;
      let step = 'Initialize';
      for (let turns = 0; turns < limit; turns += 1) {
        const { status, failure } = results.next().value as Outcome;
        const turn = { step, status, failure: status === 'ok' ? null : failure };
        const moved = advance(type, progress, bounds, turn);
        for (const [key, times] of Object.entries(moved.progress.counts)) {
          expect(times).toBeLessThanOrEqual(allowedTimes(key.split(':')[1] as keyof Bounds, bounds));
        }
        // A spent quota costs nothing.
        if (moved.onward.kind === 'parked') {
          turns -= 1;
          continue;
        }
        if (moved.onward.kind !== 'step') return void (ends[moved.onward.kind] += 1);
        progress = moved.progress;
        step = moved.onward.step;
      }
      throw new Error(`still at ${step} after ${limit} turns`);
    }),
    { numRuns: 1000 },
  );
  expect(Math.min(ends.complete, ends.spent)).toBeGreaterThan(50);
});

/** How often all ways back of a type can be taken together. */
function allWaysBack(type: SessionTypeName, bounds: Bounds): number {
  const rows = Object.entries(SESSION_TYPES[type].routes).flatMap(([step, row]) =>
    Object.values(row).flatMap(({ bound }) => (bound === undefined ? [] : [`${step}:${bound}` as const])),
  );
  return [...new Set(rows)].reduce((sum, key) => sum + allowedTimes(key.split(':')[1] as keyof Bounds, bounds), 0);
}
