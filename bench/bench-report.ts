import type { Children } from './measures/children.js';
import type { Kill } from './measures/kill.js';
import type { ReportToNext } from './measures/report-to-next.js';
import type { Idle, Starts } from './measures/starts-and-idle.js';

/** The JSON document that is printed; its keys are what other programs read. */
export interface BenchReport {
  readonly reportToNext: ReportToNext;
  readonly starts: Starts;
  readonly children100: Children;
  readonly idle500: Idle;
  readonly kill: Kill;
}
