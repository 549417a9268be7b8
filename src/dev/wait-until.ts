import { setTimeout as sleep } from 'node:timers/promises';

export interface Waiting {
  /** What did not happen, for the error: `Postgres did not answer`. */
  readonly otherwise: string;
  readonly timeoutMs: number;
  readonly everyMs?: number;
}

/** Asks `probe` until it gives something other than null; throws when the time is up. An error of `probe` ends the wait. */
export async function waitUntil<T>(probe: () => Promise<T | null>, waiting: Waiting): Promise<T> {
  const deadline = performance.now() + waiting.timeoutMs;
  for (;;) {
    const found = await probe();
    if (found !== null) return found;
    if (performance.now() > deadline) throw new Error(`${waiting.otherwise} within ${waiting.timeoutMs / 1000} s`);
    await sleep(waiting.everyMs ?? 50);
  }
}
