import { patched, workflowInfo } from '@temporalio/workflow';
import type { Echoed } from '../contract/activities.js';

/** Signals that change nothing, of one run: each is an event with a workflow task of its own, and its text is kept, too. */
const MAX_IDLE_SIGNALS = 1_000;
const MAX_IDLE_CHARACTERS = 2_000_000;

/**
 * What a session goes by has to be in its history. Whether that is full is told with each workflow task; but a refused update
 * leaves no event, and a replay tells the end of a local activity, and a signal, in another task than the run did.
 */
export class ToldByHistory {
  /** False in a run that began under a release before this; a replay of it has to do as that one did. */
  readonly isOn: boolean;
  private isSeenFull = false;
  private idleSignals = 0;
  private idleCharacters = 0;

  /** In the first task: after a local activity that outlived its task, a replay does not know of a patch in time. */
  constructor() {
    if (patched('only messages in the history count')) this.isOn = true;
    else this.isOn = false;
  }

  /** As an accepted update was told, or as an activity tells that was told when it was asked for. Null: under an earlier release. */
  note(echoed: Echoed | null | undefined): void {
    this.isSeenFull ||= echoed?.isHistoryFull === true;
  }

  /** What the task at hand says. */
  now(): Echoed {
    return { isHistoryFull: workflowInfo().continueAsNewSuggested };
  }

  /** A signal that changes nothing. */
  noteIdle(signal: unknown): void {
    this.idleSignals += 1;
    this.idleCharacters += JSON.stringify(signal)?.length ?? 0;
  }

  /** Whether it is time for continue-as-new; under an earlier release, as of any task. */
  isFull(): boolean {
    if (!this.isOn) return workflowInfo().continueAsNewSuggested;
    return this.isSeenFull || this.idleSignals >= MAX_IDLE_SIGNALS || this.idleCharacters >= MAX_IDLE_CHARACTERS;
  }

  /** ISO 8601, workflow time; null where an earlier release took the time of the judgement. */
  acceptedAt(): string | null {
    return this.isOn ? new Date().toISOString() : null;
  }
}
