import { pause } from './pause.js';

/** Rounds until the signal, each `everyMs` after the one before; a failed round is told and tried again. */
export async function keepDoing(
  round: () => Promise<unknown>,
  everyMs: number,
  signal: AbortSignal,
  onError: (error: unknown) => void,
): Promise<void> {
  while (!signal.aborted) {
    await round().catch(onError);
    await pause(everyMs, signal);
  }
}
