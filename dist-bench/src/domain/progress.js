import { allowedTimes, backoffMs, STUCK_AFTER } from './bounds.js';
import { fingerprint, isInfrastructure } from './failures.js';
import { routeAfter } from './routing.js';
export const FRESH = { counts: {}, streaks: {}, fixRounds: 0 };
/** Where a completed turn leads, and what it costs. */
export function advance(type, progress, bounds, turn) {
    const taken = routeAfter(type, { seq: 0, step: turn.step, status: turn.status });
    if (!taken.ok) {
        const failure = { kind: 'internal', message: `${taken.error} after ${turn.step} ${turn.status}` };
        return { progress, onward: { kind: 'spent', failure, retryAt: turn.step } };
    }
    const streaks = afterStreak(progress.streaks, turn);
    const { to, bound } = taken.route;
    if (to === 'complete')
        return { progress: { ...progress, streaks }, onward: { kind: 'complete' } };
    if (bound === undefined)
        return { progress: { ...progress, streaks }, onward: { kind: 'step', step: to, waitMs: 0 } };
    const key = `${turn.step}:${bound}`;
    const times = (progress.counts[key] ?? 0) + 1;
    const spent = spentBy(turn, times > allowedTimes(bound, bounds), key, streaks[turn.step]?.times ?? 0);
    if (spent)
        return { progress: { ...progress, streaks }, onward: { kind: 'spent', failure: spent, retryAt: to } };
    const fixRounds = progress.fixRounds + (bound === 'rounds' ? 1 : 0);
    const waitMs = turn.failure && isInfrastructure(turn.failure.kind) ? backoffMs(times) : 0;
    return {
        progress: { counts: { ...progress.counts, [key]: times }, streaks, fixRounds },
        onward: { kind: 'step', step: to, waitMs },
    };
}
/** An operator's `retry`: the spent way back is taken once more, and the streak starts anew. */
export function retried(progress, turn) {
    const { [turn.step]: _ended, ...streaks } = progress.streaks;
    return { ...progress, streaks };
}
function afterStreak(streaks, turn) {
    const { [turn.step]: last, ...others } = streaks;
    if (turn.failure === null)
        return others;
    const print = fingerprint(turn.failure);
    return { ...others, [turn.step]: { fingerprint: print, times: last?.fingerprint === print ? last.times + 1 : 1 } };
}
function spentBy(turn, isSpent, key, streak) {
    const last = turn.failure?.message ?? `${turn.step} ended with ${turn.status}`;
    const detail = turn.failure?.detail === undefined ? {} : { detail: turn.failure.detail };
    if (isSpent)
        return { kind: 'exhausted', message: `the bound ${key} is spent; last: ${last}`, rule: key, ...detail };
    if (streak < STUCK_AFTER)
        return null;
    return {
        kind: 'stuck',
        message: `${turn.step} failed ${streak} times in the same way; last: ${last}`,
        rule: key,
        ...detail,
    };
}
