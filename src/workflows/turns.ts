import { CancellationScope, condition } from '@temporalio/workflow';
import { isMoreTold } from './activation.js';

/**
 * Keeps a run in one order, live and replayed. A replay tells the end of a local activity together with the messages that a
 * live run had handled before it, and with the ends that came after it. So each end, and each update, that is not told alone waits
 * until all that was told before it has come to rest. Without that, commands change places, and the replay fails.
 */
export class Turns {
  private moves = 0;
  private last = Promise.resolve();

  /** False in a run that began under a release before this; a replay of it has to do as that one did. */
  constructor(private readonly isOn: boolean) {}

  /** Temporal's `condition`, for all that waits in a session. */
  until(isMet: () => boolean): Promise<void> {
    return condition(() => {
      if (!isMet()) return false;
      this.moves += 1;
      return true;
    });
  }

  /** An update, in its turn. */
  take<T>(handle: () => T): T | Promise<Awaited<T>> {
    return this.isOn && isMoreTold() ? (this.next().then(handle) as Promise<Awaited<T>>) : handle();
  }

  /** The end of a local activity, in its turn. */
  endOf<T>(activity: Promise<T>): Promise<T> {
    return this.isOn ? this.endInTurn(activity) : activity;
  }

  private async endInTurn<T>(activity: Promise<T>): Promise<T> {
    try {
      return await activity;
    } finally {
      if (isMoreTold()) await this.next();
    }
  }

  /** Resolves when all that was told before has come to rest; first come, first served. */
  private next(): Promise<void> {
    this.last = this.last.then(() => CancellationScope.nonCancellable(() => this.rest()));
    return this.last;
  }

  private async rest(): Promise<void> {
    let before: number;
    do {
      before = this.moves;
      await allElseHasRun();
    } while (before !== this.moves);
  }
}

/** Conditions are looked at when no promise is left to run on. */
function allElseHasRun(): Promise<void> {
  let isFirstLook = true;
  return condition(() => {
    const isLater = !isFirstLook;
    isFirstLook = false;
    return isLater;
  });
}
