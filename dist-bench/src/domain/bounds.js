/**
 * How often a session may go back. A `tries` bound counts failed results of one step that take the route (the n-th one
 * spends it), a `rounds` bound counts the times the route is taken. Both count per session, not in a row.
 */
export const BOUNDS = {
    initialize: { counts: 'tries', default: 3 },
    agent: { counts: 'tries', default: 3 },
    recheck: { counts: 'tries', default: 3 },
    rounds: { counts: 'rounds', default: 5 },
    childAttempts: { counts: 'tries', default: 3 },
    reviewRounds: { counts: 'tries', default: 3 },
    finalize: { counts: 'tries', default: 5 },
};
export const BOUND_NAMES = Object.keys(BOUNDS);
export const MAX_BOUND = 100;
/** How often the route may be taken before its bound is spent. */
export function allowedTimes(bound, bounds) {
    const { counts, default: standard } = BOUNDS[bound];
    const limit = bounds[bound] ?? standard;
    return counts === 'tries' ? limit - 1 : limit;
}
/** Three results in a row with one fingerprint end a loop early. */
export const STUCK_AFTER = 3;
/** Pause before the n-th repetition after a failure of the surroundings: 1 s doubling to 60 s. Content that was wrong waits not at all. */
export function backoffMs(repetition) {
    return Math.min(60_000, 1_000 * 2 ** Math.max(0, repetition - 1));
}
