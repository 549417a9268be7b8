import { patched, workflowInfo } from '@temporalio/workflow';

/**
 * What only messages that are in the history may change. A refused update leaves no event: what begins at its task begins
 * nowhere when the history is replayed.
 */
export class ToldByHistory {
  /** False in a run that began under a release before this; a replay of it has to do as that one did. */
  readonly isOn: boolean;
  private isSeenFull = false;

  /** In the first task: after a local activity that outlived its task, a replay does not know of a patch in time. */
  constructor() {
    if (patched('only messages in the history count')) this.isOn = true;
    else this.isOn = false;
  }

  /** To be called by each handler of a message, and where the loop begins to wait for one. */
  note(): void {
    this.isSeenFull ||= workflowInfo().continueAsNewSuggested;
  }

  /** Whether continue-as-new was suggested; under an earlier release, as of any task. */
  isFull(): boolean {
    return this.isOn ? this.isSeenFull : workflowInfo().continueAsNewSuggested;
  }

  /** ISO 8601, workflow time; null where an earlier release took the time of the judgement. */
  acceptedAt(): string | null {
    return this.isOn ? new Date().toISOString() : null;
  }
}
