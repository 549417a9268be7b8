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
} as const satisfies Record<string, { counts: 'tries' | 'rounds'; default: number }>;

export type BoundName = keyof typeof BOUNDS;
export const BOUND_NAMES = Object.keys(BOUNDS) as readonly BoundName[];
export type Bounds = Readonly<Partial<Record<BoundName, number>>>;

export const MAX_BOUND = 100;

/** How often the route may be taken before its bound is spent. */
export function allowedTimes(bound: BoundName, bounds: Bounds): number {
  const { counts, default: standard } = BOUNDS[bound];
  const limit = bounds[bound] ?? standard;
  return counts === 'tries' ? limit - 1 : limit;
}

/** The bounds with one of them raised; no further than a start could set it. */
export function extended(bounds: Bounds, bound: BoundName, by: number): Bounds {
  return { ...bounds, [bound]: Math.min(MAX_BOUND, (bounds[bound] ?? BOUNDS[bound].default) + by) };
}

/** Three results in a row with one fingerprint end a loop early. */
export const STUCK_AFTER = 3;

/** Pause before the n-th repetition after a failure of the surroundings: 1 s doubling to 60 s. Content that was wrong waits not at all. */
export function backoffMs(repetition: number): number {
  return Math.min(60_000, 1_000 * 2 ** Math.max(0, repetition - 1));
}

/** Where an agent does not say when its quota is back. */
const QUOTA_PAUSE_MS = 10 * 60_000;
/** Looked at again after this, however far away the reset is said to be. */
const MAX_QUOTA_PAUSE_MS = 7 * 24 * 60 * 60_000;

/** How long to wait for a quota; `until` is ISO 8601, `now` in milliseconds. A time that is over was not the right one. */
export function quotaPauseMs(until: string | null, now: number): number {
  const wanted = until === null ? QUOTA_PAUSE_MS : Date.parse(until) - now;
  return Number.isNaN(wanted) || wanted <= 0 ? QUOTA_PAUSE_MS : Math.min(MAX_QUOTA_PAUSE_MS, wanted);
}
