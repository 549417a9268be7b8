/** How patient the executor is with a forge, in milliseconds and tries. */
export interface ForgeLimits {
  readonly requestTimeoutMs: number;
  /** How often one thing is asked for before it is a failure; the step's own repetition comes on top. */
  readonly tries: number;
  /** Before the second try; doubled for each after it. */
  readonly pauseMs: number;
  /** A rate limit that lasts longer is a failure that names the time. */
  readonly maxRateLimitMs: number;
  /** After this no pause is begun any more: a Finalize command has five minutes, and git needs some of them. */
  readonly totalMs: number;
}

/** Forges answer in well under a second; after a push they may lag behind for a few. */
export const FORGE_LIMITS: ForgeLimits = {
  requestTimeoutMs: 20_000,
  tries: 5,
  pauseMs: 500,
  maxRateLimitMs: 60_000,
  totalMs: 150_000,
};

export function backoffMs(limits: ForgeLimits, tried: number): number {
  return limits.pauseMs * 2 ** (tried - 1);
}
