import { workflowInfo } from '@temporalio/workflow';

/**
 * Whether the history is full, as of the last message that is in it. A refused update leaves no event: what begins at its task
 * would begin nowhere when the history is replayed.
 */
export class Fullness {
  private seen = false;

  /** To be called by each handler of a message that history tells, and wherever the loop begins to wait. */
  note(): void {
    this.seen ||= workflowInfo().continueAsNewSuggested;
  }

  isFull(): boolean {
    return this.seen;
  }
}
