import { allowedTimes, backoffMs, STUCK_AFTER, type Bounds } from './bounds.js';
import { fingerprint, isInfrastructure, type Failure } from './failures.js';
import type { ResultStatus } from './result.js';
import { routeAfter } from './routing.js';
import type { SessionTypeName } from './session.js';

/** How far a session has come: all that routing and the bounds need. */
export interface Progress {
  /** Times each way back was taken, by `step:bound`. */
  readonly counts: Readonly<Record<string, number>>;
  /** Failed results of a step in a row with one fingerprint. */
  readonly streaks: Readonly<Record<string, { readonly fingerprint: string; readonly times: number }>>;
  readonly fixRounds: number;
}

export const FRESH: Progress = { counts: {}, streaks: {}, fixRounds: 0 };

export interface CompletedTurn {
  readonly step: string;
  readonly status: ResultStatus;
  readonly failure: Failure | null;
  /** For a spawn step whose children failed: the most attempts a failed component had. Its bound is per component. */
  readonly attempts?: number;
}

export type Onward =
  | { readonly kind: 'step'; readonly step: string; readonly waitMs: number }
  | { readonly kind: 'complete' }
  /** The agent's quota is spent: the same step again at that time (ISO 8601; null: nobody said), no attempt counted. */
  | { readonly kind: 'parked'; readonly step: string; readonly until: string | null }
  /** A bound is spent, or the same failure came three times: an operator decides, or the session fails. */
  | { readonly kind: 'spent'; readonly failure: Failure; readonly retryAt: string };

/** Where a completed turn leads, and what it costs. INV-4, INV-28. */
export function advance(
  type: SessionTypeName,
  progress: Progress,
  bounds: Bounds,
  turn: CompletedTurn,
): { readonly progress: Progress; readonly onward: Onward } {
  if (turn.status === 'warning' && turn.failure?.kind === 'quota') {
    return { progress, onward: { kind: 'parked', step: turn.step, until: turn.failure.until ?? null } };
  }
  const taken = routeAfter(type, { seq: 0, step: turn.step, status: turn.status });
  if (!taken.ok) {
    const failure: Failure = { kind: 'internal', message: `${taken.error} after ${turn.step} ${turn.status}` };
    return { progress, onward: { kind: 'spent', failure, retryAt: turn.step } };
  }
  const streaks = afterStreak(progress.streaks, turn);
  const { to, bound } = taken.route;
  if (to === 'complete') return { progress: { ...progress, streaks }, onward: { kind: 'complete' } };
  if (bound === undefined) return { progress: { ...progress, streaks }, onward: { kind: 'step', step: to, waitMs: 0 } };
  const key = `${turn.step}:${bound}`;
  const times = (progress.counts[key] ?? 0) + 1;
  const limit = allowedTimes(bound, bounds);
  const isPerComponent = bound === 'childAttempts' && turn.attempts !== undefined;
  const isSpent = (isPerComponent ? turn.attempts : times) > limit;
  const spent = spentBy(turn, isSpent, key, streaks[turn.step]?.times ?? 0);
  if (spent) return { progress: { ...progress, streaks }, onward: { kind: 'spent', failure: spent, retryAt: to } };
  const fixRounds = progress.fixRounds + (bound === 'rounds' ? 1 : 0);
  const waitMs = turn.failure && isInfrastructure(turn.failure.kind) ? backoffMs(times) : 0;
  return {
    progress: { counts: { ...progress.counts, [key]: times }, streaks, fixRounds },
    onward: { kind: 'step', step: to, waitMs },
  };
}

/** An operator's `retry`: the spent way back is taken once more, and the streak starts anew. */
export function retried(progress: Progress, turn: CompletedTurn): Progress {
  const { [turn.step]: _ended, ...streaks } = progress.streaks;
  return { ...progress, streaks };
}

function afterStreak(streaks: Progress['streaks'], turn: CompletedTurn): Progress['streaks'] {
  const { [turn.step]: last, ...others } = streaks;
  if (turn.failure === null) return others;
  const print = fingerprint(turn.failure);
  return { ...others, [turn.step]: { fingerprint: print, times: last?.fingerprint === print ? last.times + 1 : 1 } };
}

function spentBy(turn: CompletedTurn, isSpent: boolean, key: string, streak: number): Failure | null {
  const last = turn.failure?.message ?? `${turn.step} ended with ${turn.status}`;
  const detail = turn.failure?.detail === undefined ? {} : { detail: turn.failure.detail };
  if (isSpent) return { kind: 'exhausted', message: `the bound ${key} is spent; last: ${last}`, rule: key, ...detail };
  if (streak < STUCK_AFTER) return null;
  return {
    kind: 'stuck',
    message: `${turn.step} failed ${streak} times in the same way; last: ${last}`,
    rule: key,
    ...detail,
  };
}
