import { expect, test } from '@jest/globals';
import { backoffMs, quotaPauseMs, type Bounds } from '../../src/domain/bounds.js';
import type { Failure } from '../../src/domain/failures.js';
import { advance, FRESH, retried, type CompletedTurn, type Progress } from '../../src/domain/progress.js';

const failure = (kind: Failure['kind'], ...ids: string[]): Failure => ({ kind, message: `${kind} ${ids.join()}`, ids });
const turn = (step: string, status: CompletedTurn['status'], why: Failure | null = null): CompletedTurn => ({
  step,
  status,
  failure: why,
});

/** Takes the turns one after the other; what the last one led to. */
function after(turns: readonly CompletedTurn[], bounds: Bounds = {}, progress: Progress = FRESH) {
  const moves = turns.map((each) => {
    const move = advance('componentCoding', progress, bounds, each);
    progress = move.progress;
    return move.onward;
  });
  return { moves, last: moves.at(-1)!, progress };
}
const times = <T>(count: number, make: (n: number) => T) => Array.from({ length: count }, (_, index) => make(index));

test('a tries bound is spent by the n-th failed result of the step, the earlier ones repeat it', () => {
  const { moves } = after(times(3, (n) => turn('Initialize', 'error', failure('invalid_output', `${n}`))));
  expect(moves.map(({ kind }) => kind)).toEqual(['step', 'step', 'spent']);
  expect(moves[2]).toMatchObject({
    failure: { kind: 'exhausted', rule: 'Initialize:initialize' },
    retryAt: 'Initialize',
  });
});

test('a bound counts per session: a success in between does not start it anew', () => {
  const round = (n: number) => [
    turn('RunTests', 'error', failure('tests_failed', `${n}`)),
    turn('FixImplementation', 'error', failure('agent_failed', `${n}`)),
    turn('FixImplementation', 'ok'),
  ];
  const { moves } = after(times(3, round).flat());
  expect(moves.map(({ kind }) => kind)).toEqual([...times(7, () => 'step'), 'spent', 'step']);
});

test('a rounds bound is taken as often as it says, and each time is counted as a round of fixing', () => {
  const rounds = times(6, (n) => turn('RunTests', 'error', failure('tests_failed', `${n}`)));
  const { moves, progress } = after(rounds, { rounds: 4 });
  expect(moves.slice(0, 4)).toEqual(times(4, () => ({ kind: 'step', step: 'FixImplementation', waitMs: 0 })));
  expect(moves[4]).toMatchObject({ kind: 'spent', failure: { kind: 'exhausted', rule: 'RunTests:rounds' } });
  expect(progress).toMatchObject({ fixRounds: 4, counts: { 'RunTests:rounds': 4 } });
});

test('bounds can be set at start, and a bound of one try ends with the first failure', () => {
  const once = after([turn('Initialize', 'error', failure('invalid_output'))], { initialize: 1 });
  expect(once.last).toMatchObject({ kind: 'spent', failure: { kind: 'exhausted' } });
});

test('the same failure three times in a row is stuck, though the bound is not spent', () => {
  const same = turn('RunTests', 'error', failure('tests_failed', 'adds', 'subtracts'));
  const turned = turn('RunTests', 'error', failure('tests_failed', 'subtracts', 'adds'));
  const { moves } = after([same, turn('FixImplementation', 'ok'), turned, turn('FixImplementation', 'ok'), same]);
  expect(moves.slice(0, 4).map(({ kind }) => kind)).toEqual(times(4, () => 'step'));
  expect(moves[4]).toMatchObject({ kind: 'spent', failure: { kind: 'stuck' }, retryAt: 'FixImplementation' });
});

test('another failure in between is progress: the streak starts anew', () => {
  const failing = (id: string) => turn('RunTests', 'error', failure('tests_failed', id));
  expect(after(['a', 'a', 'b', 'a', 'a'].map(failing)).last).toMatchObject({ kind: 'step' });
  expect(after([failing('a'), failing('a'), turn('RunTests', 'ok'), failing('a')]).last).toMatchObject({
    kind: 'step',
  });
});

test('the surroundings get a pause that doubles up to a minute, wrong content gets none', () => {
  const lost = times(2, () => turn('Finalize', 'warning', failure('executor_lost')));
  expect(after(lost).moves).toMatchObject([{ waitMs: 1_000 }, { waitMs: 2_000 }]);
  for (const kind of ['tests_failed', 'invalid_output', 'missing_files', 'agent_failed', 'merge_conflict'] as const) {
    expect(after([turn('Finalize', 'error', failure(kind))]).last).toMatchObject({ waitMs: 0 });
  }
  expect(times(8, (n) => backoffMs(n + 1))).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
});

test('the decision to retry gives the spent way back once more, with a fresh streak', () => {
  const wrong = (n: number) => turn('RunTests', 'error', failure('tests_failed', `${n % 2}`));
  const spent = after(times(2, wrong), { rounds: 1 });
  expect(spent.last).toMatchObject({ kind: 'spent', retryAt: 'FixImplementation' });
  const again = after([turn('FixImplementation', 'ok'), wrong(2)], { rounds: 1 }, retried(spent.progress, wrong(1)));
  expect(again.moves).toMatchObject([
    { kind: 'step', step: 'RunTests' },
    { kind: 'spent', failure: { kind: 'exhausted' } },
  ]);

  const same = turn('RunTests', 'error', failure('tests_failed', 'a'));
  const stuck = after([same, same, same]);
  expect(stuck.last).toMatchObject({ failure: { kind: 'stuck' } });
  expect(after([same], {}, retried(stuck.progress, same)).last).toMatchObject({ kind: 'step' });
});

test('Finalize ok completes, and a step nobody knows ends as internal instead of going round', () => {
  expect(after([turn('Finalize', 'ok')]).last).toEqual({ kind: 'complete' });
  expect(after([turn('Deploy', 'ok')]).last).toMatchObject({ kind: 'spent', failure: { kind: 'internal' } });
});

test('what is told about a spent bound has the last failure in it, with its detail', () => {
  const last: Failure = { kind: 'invalid_output', message: 'no branch', detail: 'git said so' };
  const { last: spent } = after([turn('Initialize', 'error', last)], { initialize: 1 });
  expect(spent).toMatchObject({ failure: { detail: 'git said so' } });
  expect((spent as { failure: Failure }).failure.message).toContain('no branch');
});

test('child attempts are bounded per component: a chain whose components each fail once goes on', () => {
  const after = (ids: readonly string[], attempts: number, progress = FRESH) =>
    advance(
      'contextCoding',
      progress,
      {},
      {
        step: 'SpawnComponentCodingSessions',
        status: 'error',
        failure: { kind: 'children_failed', message: ids.join(), ids },
        attempts,
      },
    );
  let now = after(['A', 'B', 'C'], 1);
  for (const ids of [['B', 'C'], ['C']]) now = after(ids, 1, now.progress);
  expect(now.onward.kind).toBe('step');
  expect(after(['C'], 3, now.progress).onward).toMatchObject({ kind: 'spent', failure: { kind: 'exhausted' } });
});

test('a spent quota counts nothing: the same step again when it is back, and at a time that is over not at once', () => {
  const until = '2026-11-21T12:00:00Z';
  const parked = after(times(20, () => turn('GenerateImplementation', 'warning', { ...failure('quota'), until })));
  expect(parked.last).toEqual({ kind: 'parked', step: 'GenerateImplementation', until });
  expect(parked.progress).toEqual(FRESH);
  const now = Date.parse(until);
  expect(quotaPauseMs(until, now - 90_000)).toBe(90_000);
  expect([until, null, 'nonsense'].map((time) => quotaPauseMs(time, now + 1))).toEqual([600_000, 600_000, 600_000]);
  expect(quotaPauseMs('2099-01-01T00:00:00Z', now)).toBe(7 * 24 * 3_600_000);
});
