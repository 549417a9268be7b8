import type { Children } from './measures/children.js';
import type { HttpPath } from './measures/http.js';
import type { Kill } from './measures/kill.js';
import type { Readers } from './measures/readers.js';
import type { ReportDetails, ReportToNext } from './measures/report-to-next.js';
import type { Idle, Starts } from './measures/starts-and-idle.js';

/** What can be measured on its own, with `--only`. */
export const PARTS = ['reports', 'http', 'starts', 'children', 'kill', 'readers'] as const;
export type Part = (typeof PARTS)[number];

/** The JSON document that is printed; its keys are what other programs read. Parts that were left out are missing. */
export interface BenchReport {
  readonly reportToNext?: ReportToNext;
  readonly http?: HttpPath;
  readonly starts?: Starts;
  readonly children100?: Children;
  readonly idle500?: Idle;
  readonly kill?: Kill;
  readonly readers?: Readers;
}

/** Besides, for the table only. */
export interface BenchDetails {
  readonly reports?: ReportDetails;
}
