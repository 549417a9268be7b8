import type { BenchReport } from './bench-report.js';
import type { ReportDetails, ReportFigures } from './measures/report-to-next.js';
import type { Spent } from './profile.js';

type Cell = string | number;
type Row = readonly [measure: string, specwright: Cell, bare: Cell, ratio: Cell, aim: string];

/** The figures beside those of the bare workflow, and what one interaction is spent on. */
export function tableOf(report: BenchReport, { bare, spent }: ReportDetails): string {
  const { reportToNext, starts, children100, idle500, kill } = report;
  const rows: Row[] = [
    ...reportRows('1 client', reportToNext.clients1, bare.clients1),
    ...reportRows('50 clients', reportToNext.clients50, bare.clients50),
    ['starts, per second (25 clients)', starts.perSecond, starts.barePerSecond, starts.ratioPerSecond, ''],
    ['start → first command, p50 ms', starts.p50Ms, starts.bareP50Ms, '', ''],
    ['100 children, s', children100.seconds, children100.bareSeconds, children100.ratio, ''],
    ['100 bare children of one turn, s', '', children100.bareOneTurnSeconds ?? '–', '', ''],
    ['500 idle sessions, KiB each', idle500.kibPerSession, idle500.bareKibPerSession, idle500.ratio, ''],
    ['500 idle sessions, worker RSS MiB', `${idle500.rssBeforeMiB} → ${idle500.rssAfterMiB}`, '', '', ''],
    ['kill -9 → answer, p50 ms', kill.p50Ms, kill.bareP50Ms, kill.ratioP50, '≤ 1500 ms'],
    ['kill -9 → answer, max ms', kill.maxMs, kill.bareMaxMs, '', ''],
  ];
  if (kill.insideTask) {
    const { p50Ms, bareP50Ms, ratioP50, maxMs, bareMaxMs } = kill.insideTask;
    rows.push(['… killed inside the task, p50 ms', p50Ms, bareP50Ms, ratioP50, '']);
    rows.push(['… killed inside the task, max ms', maxMs, bareMaxMs, '', '']);
  }
  const parts = Object.keys(spent.specwright) as (keyof Spent)[];
  const costs = parts.map((part): Row => [LABELS[part], spent.specwright[part], spent.bare[part], '', '']);
  return lines([
    ['', 'specwright', 'bare', 'ratio', 'aim'],
    ...rows,
    ['one interaction at 50 clients costs', '', '', '', ''],
    ...costs,
  ]);
}

const LABELS: Readonly<Record<keyof Spent, string>> = {
  workerCpuMs: '… worker CPU, ms',
  temporalCpuMs: '… Temporal server CPU, ms',
  postgresCpuMs: '… Postgres CPU, ms',
  clientCpuMs: '… client CPU, ms',
  transactions: '… Postgres transactions',
  walBytes: '… Postgres WAL, bytes',
  historyEvents: '… history, events',
  historyBytes: '… history, bytes',
};

function reportRows(clients: string, one: ReportFigures, bare: ReportFigures): Row[] {
  return [
    [`report → next, ${clients}, p50 ms`, one.p50Ms, bare.p50Ms, one.ratioP50, '≤ 1.5'],
    [`report → next, ${clients}, p99 ms`, one.p99Ms, bare.p99Ms, '', ''],
    [`interactions per second, ${clients}`, one.perSecond, bare.perSecond, one.ratioPerSecond, '≥ 0.7'],
  ];
}

function lines(rows: readonly (readonly Cell[])[]): string {
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...rows.map((row) => String(row[column]).length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => padded(String(cell), column, widths[column]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function padded(text: string, column: number, width: number): string {
  return column === 0 ? text.padEnd(width) : text.padStart(width);
}
