import { expect, test } from '@jest/globals';
import { firstLook, nextLook } from '../../src/domain/look-back.js';
import {
  isSetBack,
  reconciling,
  type Execution,
  type MirrorState,
  type Reconciling,
  type Standing,
} from '../../src/domain/reconcile.js';

const NOW = 1_000_000_000;
const ago = (seconds: number): number => NOW - seconds * 1_000;

const ROW: MirrorState = {
  status: 'active',
  waitingOn: 'client',
  seq: 3,
  closedRunId: null,
  createdAt: ago(600),
  closedAt: null,
  atHome: true,
  parent: null,
  replacedAt: null,
  pendingCommandId: 'third',
  lastOpenedAt: ago(60),
};
const closed = (status: MirrorState['status'], closedRunId: string | null = 'run-1', seconds = 60): MirrorState => ({
  ...ROW,
  status,
  waitingOn: null,
  closedRunId,
  closedAt: ago(seconds),
  pendingCommandId: null,
});
const child = (row: MirrorState, parentClosed: number | null): MirrorState => ({
  ...row,
  parent: {
    status: parentClosed === null ? 'active' : 'cancelled',
    closedAt: parentClosed === null ? null : ago(parentClosed),
  },
});
const running = (startedAt = ago(601), runId = 'run-1'): Execution => ({
  runId,
  status: 'running',
  startedAt,
  closedAt: null,
});
const ended = (status: Execution['status'], seconds = 60, runId = 'run-1'): Execution => ({
  runId,
  status,
  startedAt: ago(601),
  closedAt: ago(seconds),
});

const CASES: readonly [string, MirrorState, Execution | null, Reconciling['kind'], string?][] = [
  ['an open row and its running workflow fit', ROW, running(), 'leave'],
  ['terminated', ROW, ended('terminated'), 'close', 'cancelled'],
  ['cancelled, and the activity could not write it', ROW, ended('cancelled'), 'close', 'cancelled'],
  ['timed out', ROW, ended('timed_out'), 'close', 'failed'],
  ['failed', ROW, ended('failed'), 'close', 'failed'],
  ['completed, and the row lost its closing', ROW, ended('completed'), 'close', 'complete'],
  ['ended this moment: writes may be on their way', ROW, ended('terminated', 1), 'leave'],
  ['deleted', ROW, null, 'close', 'cancelled'],
  ['just begun, and not seen yet', { ...ROW, createdAt: ago(10) }, null, 'leave'],
  ['of another Temporal', { ...ROW, atHome: false }, null, 'leave'],
  ['planned, under a parent at work', child({ ...ROW, waitingOn: 'slot' }, null), null, 'leave'],
  ['planned, under a parent that has just ended', child({ ...ROW, waitingOn: 'slot' }, 5), null, 'leave'],
  ['planned, under a parent that has ended', child({ ...ROW, waitingOn: 'slot' }, 60), null, 'close', 'cancelled'],
  ['a child of a parent at work', child(ROW, null), running(), 'leave'],
  ['a child whose parent has just ended: it was asked to cancel', child(ROW, 5), running(), 'leave'],
  ['a child that was passed over', child(ROW, 60), running(), 'cancel'],
  ['a child that an operator reset after its parent ended', child(ROW, 60), running(ago(30), 'run-2'), 'compare'],
  ['a child whose parent was reset and went on with another', { ...ROW, replacedAt: ago(5) }, running(), 'cancel'],
  ['one that was reset after that', { ...ROW, replacedAt: ago(60) }, running(ago(30), 'run-2'), 'compare'],
  ['a later run of an open row', ROW, running(ago(30), 'run-2'), 'compare'],
  ['closed and ended alike: complete', closed('complete'), ended('completed'), 'leave'],
  ['closed and ended alike: failed', closed('failed'), ended('failed'), 'leave'],
  ['closed and ended alike: terminated', closed('cancelled'), ended('terminated'), 'leave'],
  ['closed and forgotten by Temporal', closed('complete'), null, 'leave'],
  ['terminated between its closing and its end', closed('complete'), ended('terminated'), 'close', 'cancelled'],
  ['closed by this very run, which is about to end', closed('complete'), running(), 'leave'],
  ['closed, and reset', closed('failed'), running(ago(30), 'run-2'), 'reopen'],
  ['closed, and reset this moment', closed('failed'), running(ago(1), 'run-2'), 'leave'],
  ['closed by its parent, and reset', closed('cancelled', null), running(ago(30), 'run-2'), 'reopen'],
  ['reset, and at its end again', closed('failed'), ended('completed', 30, 'run-2'), 'close', 'complete'],
];

test.each(CASES)('%s', (...[, row, execution, kind, status]) => {
  const decided = reconciling(row, execution, NOW);
  expect(decided.kind).toBe(kind);
  expect(decided.kind === 'close' ? decided.status : undefined).toBe(status);
});

const standing = (change: Partial<Standing> = {}): Standing => ({
  seq: 1,
  step: 'Initialize',
  waitingOn: 'client',
  waitingSince: '2026-01-01T00:00:00.000Z',
  openCommandId: 'first',
  ...change,
});

test.each<[string, boolean, MirrorState, Standing]>([
  ['the row shows a command of the run before', true, ROW, standing()],
  [
    'at rest without a command, the row is further',
    true,
    ROW,
    standing({ waitingOn: 'decision', openCommandId: null }),
  ],
  ['the row shows what is open', false, ROW, standing({ seq: 3, openCommandId: 'third' })],
  ['the row was written by this run', false, { ...ROW, lastOpenedAt: ago(5) }, standing()],
  ['the workflow is on its way', false, ROW, standing({ waitingOn: 'system' })],
  ['its report is being judged', false, { ...ROW, seq: 1, pendingCommandId: null }, standing()],
])('set back by a reset: %s: %s', (_what, expected, row, where) => {
  expect(isSetBack(row, running(ago(30), 'run-2'), where)).toBe(expected);
});

test('what is looked through overlaps, page by page, and a stretch that gets no smaller is given up', () => {
  const first = firstLook(NOW, 3_600_000);
  expect(first).toMatchObject({ from: NOW - 3_600_000, to: NOW });
  const paged = nextLook(first, NOW - 60_000, NOW + 10_000);
  expect(paged).toEqual({ ...first, to: NOW - 60_000 });
  const next = nextLook(paged, null, NOW + 20_000);
  expect(next.from).toBeLessThan(NOW);
  expect(next.to).toBe(NOW + 20_000);
  expect(nextLook(paged, paged.to, NOW + 20_000)).toEqual(next);
});
