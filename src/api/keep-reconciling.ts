import { pause } from './pause.js';
import type { Reconciler } from './reconciler.js';

/** Rounds until the signal, each `everyMs` after the one before; a failed round is told and tried again. */
export async function keepReconciling(
  reconciler: Reconciler,
  everyMs: number,
  signal: AbortSignal,
  onError: (error: unknown) => void,
): Promise<void> {
  while (!signal.aborted) {
    await reconciler.round().catch(onError);
    await pause(everyMs, signal);
  }
}
