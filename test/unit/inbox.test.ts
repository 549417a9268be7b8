import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { resultDigest } from '../../src/domain/digest.js';
import { CHILDREN_DIGEST, sortReport, type InboxState, type OpenCommand, type Sorted } from '../../src/domain/inbox.js';
import { RESULT_STATUSES, type Result } from '../../src/domain/result.js';
import type { ClosedStatus } from '../../src/domain/session.js';
import { result } from './arbitraries.js';

/** Results of three contents, each written in two ways that are the same report. */
const CONTENTS: readonly (readonly [Result, Result])[] = [
  [{ status: 'ok' }, { status: 'ok', startedAt: '2026-11-21T10:00:00Z', durationMs: 5 }],
  [
    { status: 'ok', data: { a: 1, b: [2] } },
    { durationMs: 9, data: { b: [2], a: 1 }, status: 'ok' },
  ],
  [
    { status: 'error', exitCode: 1 },
    { exitCode: 1, status: 'error' },
  ],
];
const IDS = ['c0', 'c1', 'c2', 'c3'];

type Act =
  | { readonly do: 'report'; readonly id: string; readonly content: number; readonly way: 0 | 1 }
  | { readonly do: 'judge' | 'open' }
  | { readonly do: 'close'; readonly status: ClosedStatus };

const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      do: fc.constant('report' as const),
      id: fc.constantFrom('newest', 'newest', ...IDS, 'unknown'),
      content: fc.nat(CONTENTS.length - 1),
      way: fc.constantFrom(0 as const, 1 as const),
    }),
  },
  { weight: 8, arbitrary: fc.record({ do: fc.constantFrom('judge' as const, 'open' as const) }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Act>({ do: 'close', status: 'failed' }, { do: 'close', status: 'complete' }),
  },
);

/** What the session does around `sortReport`, and beside it the model: the content accepted first for each command. */
class Play {
  state: InboxState = { closed: null, open: null, judging: null, answered: [], runningChildren: [] };
  readonly accepted = new Map<string, number>();
  readonly seen: string[] = [];
  private opened = 0;
  private clock = 0;

  act(act: Act): void {
    if (act.do === 'report') return this.report(act);
    if (act.do === 'open' && this.isAtRest() && this.opened < IDS.length) {
      this.state = { ...this.state, open: openFor('client', IDS[this.opened]) };
      this.opened += 1;
    }
    if (act.do === 'judge' && this.state.judging) {
      this.state = { ...this.state, judging: null, open: null, answered: [...this.state.answered, this.state.judging] };
    }
    if (act.do === 'close' && this.isAtRest()) this.state = { ...this.state, closed: act.status };
  }

  private isAtRest(): boolean {
    return this.state.open === null && this.state.closed === null;
  }

  private report({ id: named, content, way }: Act & { do: 'report' }): void {
    const { state } = this;
    const id = named === 'newest' ? (IDS[this.opened - 1] ?? 'c0') : named;
    const sorted = sortReport(state, { commandId: id, result: CONTENTS[content]![way] });
    this.seen.push(outline(sorted));
    expect(outline(sorted)).toEqual(this.expected(id, content));
    if (sorted.kind === 'accept') {
      expect(this.accepted.has(id)).toBe(false);
      this.accepted.set(id, content);
      this.clock += 1;
      this.state = { ...state, judging: { commandId: id, digest: sorted.digest, at: `t${this.clock}` } };
    }
    if (sorted.kind === 'refuse' && sorted.refusal.code === 'result_conflict') {
      const first = [...state.answered, state.judging].find((answer) => answer?.commandId === id)!;
      expect(sorted.refusal).toMatchObject({
        at: first.at,
        digest: resultDigest(CONTENTS[this.accepted.get(id)!]![0]),
      });
    }
  }

  private expected(id: string, content: number): string {
    const first = this.accepted.get(id);
    if (first === content) return this.state.judging?.commandId === id ? 'duplicate, being judged' : 'duplicate';
    if (first !== undefined) return 'result_conflict';
    if (this.state.closed !== null) return 'session_closed';
    return this.state.open?.commandId === id ? 'accept' : 'unknown_interaction';
  }
}

function outline(sorted: Sorted): string {
  if (sorted.kind === 'refuse') return sorted.refusal.code;
  return sorted.kind === 'duplicate' && sorted.pending ? 'duplicate, being judged' : sorted.kind;
}

const openFor = (whom: OpenCommand['for'], commandId = 'c0'): OpenCommand => ({
  commandId,
  seq: 1,
  step: 'S',
  for: whom,
  mode: 'manual',
});
const FRESH = new Play().state;

test('in any order of reports, openings, judgements and closings, each command has exactly one accepted result', () => {
  const seen: string[] = [];
  fc.assert(
    fc.property(fc.array(act, { minLength: 10, maxLength: 40, size: 'max' }), (acts) => {
      const play = new Play();
      for (const each of acts) play.act(each);
      seen.push(...play.seen);
    }),
    { numRuns: 400 },
  );
  for (const each of [
    'accept',
    'duplicate',
    'duplicate, being judged',
    'result_conflict',
    'unknown_interaction',
    'session_closed',
  ]) {
    expect([each, seen.filter((one) => one === each).length > 50]).toEqual([each, true]);
  }
});

test('the digest ignores startedAt, durationMs and the order of keys, and nothing else', () => {
  const reversed = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(reversed);
    if (value === null || typeof value !== 'object') return value;
    return Object.fromEntries(
      Object.entries(value)
        .reverse()
        .map(([key, item]) => [key, reversed(item)]),
    );
  };
  fc.assert(
    fc.property(result, fc.string(), fc.nat(), (value, startedAt, durationMs) => {
      const digest = resultDigest(value);
      expect(resultDigest({ ...value, startedAt, durationMs })).toBe(digest);
      expect(resultDigest(reversed(value) as Result)).toBe(digest);
      expect(resultDigest({ ...value, exitCode: (value.exitCode ?? 0) + 1 })).not.toBe(digest);
      const other = RESULT_STATUSES.find((status) => status !== value.status)!;
      expect(resultDigest({ ...value, status: other })).not.toBe(digest);
    }),
  );
});

test('the digest is the sha256 of RFC 8785 JSON, so that any client can compute it', () => {
  const value: Result = { status: 'ok', exitCode: 0, data: { '€': 1e21, A: [0.1, -0], '\u{1f600}': 'ü"\n' } };
  // printf '{"data":{"A":[0.1,0],"€":1e+21,"😀":"ü\\"\\n"},"exitCode":0,"status":"ok"}' | sha256sum
  expect(resultDigest(value)).toBe('207d0228895cc0fe8640b1bd310d0a96b7bde1b3f12b94d706914045e03e53b4');
});

test('a report on a spawn command is refused with the list while children run, and answered once the parent is done', () => {
  const report = { commandId: 'c0', result: { status: 'ok' } };
  const running: InboxState = { ...FRESH, open: openFor('children'), runningChildren: ['a', 'b'] };
  expect(sortReport(running, report)).toMatchObject({ refusal: { code: 'children_running', children: ['a', 'b'] } });
  const answered: InboxState = { ...FRESH, answered: [{ commandId: 'c0', digest: CHILDREN_DIGEST, at: 't' }] };
  for (const status of RESULT_STATUSES) {
    expect(sortReport(answered, { commandId: 'c0', result: { status } })).toMatchObject({ kind: 'duplicate' });
  }
});

test('a report on a command that the executor carries out is refused as not yours', () => {
  const state: InboxState = { ...FRESH, open: openFor('executor') };
  expect(sortReport(state, { commandId: 'c0', result: { status: 'ok' } })).toMatchObject({
    refusal: { code: 'not_yours' },
  });
});

test('whatever is sent, sorting never throws, and a malformed report changes nothing even on the open command', () => {
  const state: InboxState = { ...FRESH, open: openFor('client') };
  fc.assert(fc.property(fc.anything(), (value) => expect(sortReport(state, value).kind).toBe('refuse')));
  expect(sortReport(state, { commandId: 'c0', result: { status: 'fine' } })).toMatchObject({
    refusal: { code: 'invalid_report', field: 'result.status' },
  });
});
