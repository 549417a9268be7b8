/** The longest a timer can be set for. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Gives `work` a signal that ends with `outer`, and with `reason()` after `ms`; leaves nothing behind. */
export async function within<T>(
  ms: number,
  outer: AbortSignal | undefined,
  reason: () => Error,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const over = new AbortController();
  const follow = (): void => over.abort(outer?.reason);
  const timer = setTimeout(() => over.abort(reason()), Math.min(ms, MAX_TIMER_MS));
  outer?.addEventListener('abort', follow);
  if (outer?.aborted === true) follow();
  try {
    return await work(over.signal);
  } finally {
    clearTimeout(timer);
    outer?.removeEventListener('abort', follow);
  }
}

/** Rejects with the signal's reason when that ends first. */
export function sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (): void => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(
      () => {
        signal?.removeEventListener('abort', end);
        resolve();
      },
      Math.min(ms, MAX_TIMER_MS),
    );
    if (signal?.aborted === true) end();
    else signal?.addEventListener('abort', end, { once: true });
  });
}

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 10_000;

/** Doubling from 250 ms to 10 s; half of it is chance, so that clients that failed together do not come back together. */
export function backoffMs(failures: number, chance: number = Math.random()): number {
  const most = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(failures - 1, 16));
  return most / 2 + (most / 2) * chance;
}
