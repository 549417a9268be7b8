import type { SpecwrightClient } from '../client.js';

/** Temporal does not answer; nothing was lost that was acknowledged, and reads still work. */
export class UnavailableError extends Error {
  override readonly name = 'UnavailableError';
  /** Seconds after which trying again is worth while. */
  readonly retryAfter = 2;
}

/** Patience before Temporal is asked whether it is there at all; with the ping below two seconds in all. */
const PATIENCE_MS = 1_000;
const PING_MS = 800;

/** Does the work, and says within two seconds that Temporal is away instead of waiting for it. */
export async function whenReachable<T>(client: SpecwrightClient, work: () => Promise<T>): Promise<T> {
  const done = work();
  done.catch(() => undefined);
  if (await settlesWithin(done, PATIENCE_MS)) return done;
  // A call that is tried again may overrun its deadline by the pause before the last try.
  const seen = Promise.race([client.isReachable(PING_MS), done.then(always, always)]);
  if (!(await settlesWithin(seen, PING_MS)) || !(await seen)) throw new UnavailableError('Temporal does not answer');
  return done;
}

/** Whether the promise is settled in time, either way. */
export async function settlesWithin(work: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  try {
    return await Promise.race([work.then(always, always), late]);
  } finally {
    clearTimeout(timer);
  }
}

const always = () => true;
