import { ApplicationFailure } from '@temporalio/workflow';
import { REFUSED } from '../contract/failure-types.js';
import type { Refusal } from '../contract/messages.js';
import type { Report } from '../domain/result.js';
import { countRefusal } from './count-refusal.js';

const MAX_LAST = 5;
const MAX_EARLY = 10;

/** What a session refused to signals, which are told of it nowhere else. */
export class Refusals {
  count = 0;
  private last: readonly Refusal[] = [];
  /** Reports on commands that are not open, but may be yet. */
  private early: readonly { readonly report: Report; readonly refusal: Refusal }[] = [];
  /** Rejected results kept in this run. */
  kept = 0;

  add(refusal: Refusal): void {
    countRefusal(refusal);
    this.count += 1;
    this.last = [...this.last, refusal].slice(-MAX_LAST);
  }

  addEarly(report: Report, refusal: Refusal): void {
    this.add(refusal);
    this.early = [...this.early, { report, refusal }].slice(-MAX_EARLY);
  }

  /**
   * The early reports on a command that is open now, no longer refused. A client may have seen it in Postgres while Temporal
   * was not told of it, and was not any more when the worker died there: its signal comes before the task that opens it again.
   */
  takeBack(commandId: string | undefined): readonly Report[] {
    const back = this.early.filter(({ report }) => report.commandId === commandId);
    this.early = [];
    this.count -= back.length;
    this.last = this.last.filter((told) => !back.some(({ refusal }) => refusal === told));
    return back.map(({ report }) => report);
  }

  /** Nobody can have seen a later command than the next one. */
  forgetEarly(): void {
    this.early = [];
  }

  /** A new run would open its commands under other ids. */
  hasEarly(): boolean {
    return this.early.length > 0;
  }

  told(): { readonly count: number; readonly last: readonly Refusal[] } {
    return { count: this.count, last: this.last };
  }
}

/** What an update is answered that is not taken. */
export function refusalError(refusal: Refusal): ApplicationFailure {
  return ApplicationFailure.create({ message: refusal.message, type: REFUSED, nonRetryable: true, details: [refusal] });
}
