import type { BenchDetails, BenchReport } from './bench-report.js';
import type { HttpFigures } from './measures/http.js';
import type { Kill } from './measures/kill.js';
import type { Readers } from './measures/readers.js';
import type { ReportFigures } from './measures/report-to-next.js';
import type { Spent } from './profile.js';

type Cell = string | number;
type Row = readonly [measure: string, specwright: Cell, other: Cell, ratio: Cell, aim: string];

/** What was measured, beside what it is compared with, and what one interaction is spent on. */
export function tableOf(report: BenchReport, { reports }: BenchDetails): string {
  const bare: Row[] = [...(report.reportToNext && reports ? beside(report.reportToNext, reports.bare) : [])];
  const { starts, children100, idle500, kill, http, readers } = report;
  if (starts) {
    bare.push(['starts, per second (25 clients)', starts.perSecond, starts.barePerSecond, starts.ratioPerSecond, '']);
    bare.push(['start → first command, p50 ms', starts.p50Ms, starts.bareP50Ms, '', '']);
  }
  if (children100) {
    bare.push(['100 children, s', children100.seconds, children100.bareSeconds, children100.ratio, '']);
    bare.push(['100 bare children of one turn, s', '', children100.bareOneTurnSeconds ?? '–', '', '']);
  }
  if (idle500) {
    bare.push(['500 idle sessions, KiB each', idle500.kibPerSession, idle500.bareKibPerSession, idle500.ratio, '']);
    bare.push(['500 idle sessions, worker RSS MiB', `${idle500.rssBeforeMiB} → ${idle500.rssAfterMiB}`, '', '', '']);
  }
  if (kill) bare.push(...killRows(kill));
  if (reports) bare.push(['one interaction at 50 clients costs', '', '', '', ''], ...costRows(reports.spent));
  const tables: (readonly Row[])[] = [];
  if (bare.length > 0) tables.push([['', 'specwright', 'bare', 'ratio', 'aim'], ...bare]);
  if (http) tables.push(httpRows(http.clients1, http.clients50));
  if (readers) tables.push(readerRows(readers));
  return tables.map(lines).join('\n\n');
}

function beside(
  { clients1, clients50 }: NonNullable<BenchReport['reportToNext']>,
  bare: NonNullable<BenchReport['reportToNext']>,
): Row[] {
  return [...reportRows('1 client', clients1, bare.clients1), ...reportRows('50 clients', clients50, bare.clients50)];
}

function killRows(kill: Kill): Row[] {
  const rows: Row[] = [
    ['kill -9 → answer, p50 ms', kill.p50Ms, kill.bareP50Ms, kill.ratioP50, '≤ 1500 ms'],
    ['kill -9 → answer, max ms', kill.maxMs, kill.bareMaxMs, '', ''],
  ];
  if (!kill.insideTask) return rows;
  const { p50Ms, bareP50Ms, ratioP50, maxMs, bareMaxMs } = kill.insideTask;
  rows.push(['… killed inside the task, p50 ms', p50Ms, bareP50Ms, ratioP50, '']);
  rows.push(['… killed inside the task, max ms', maxMs, bareMaxMs, '', '']);
  return rows;
}

function costRows(spent: { readonly specwright: Spent; readonly bare: Spent }): Row[] {
  const parts = Object.keys(spent.specwright) as (keyof Spent)[];
  return parts.map((part): Row => [LABELS[part], spent.specwright[part], spent.bare[part], '', '']);
}

function httpRows(clients1: HttpFigures, clients50: HttpFigures): Row[] {
  const rows = (clients: string, figures: HttpFigures): Row[] => [
    [
      `report → next, ${clients}, p50 ms`,
      figures.p50Ms,
      figures.clientP50Ms,
      ratio(figures.p50Ms, figures.clientP50Ms),
      aim(figures),
    ],
    [
      `report → next, ${clients}, p95 ms`,
      figures.p95Ms,
      figures.clientP95Ms,
      ratio(figures.p95Ms, figures.clientP95Ms),
      '',
    ],
    [`… API CPU, ms per report`, figures.apiCpuMs, '', '', ''],
    [`… API statements per report`, figures.apiStatements, '', '', ''],
  ];
  return [['', 'HTTP', 'client.ts', 'ratio', 'aim'], ...rows('1 client', clients1), ...rows('50 clients', clients50)];
}

const aim = ({ aimP50Ms, isMet }: HttpFigures): string => `≤ ${aimP50Ms} (${isMet ? 'met' : 'missed'})`;
const ratio = (one: number, other: number): string => (one / other).toFixed(2);

function readerRows({ sessions, workflows, readers, rssMiB, quiet, delivery, ...made }: Readers): Row[] {
  const { noReader, oneReader, allReaders } = quiet;
  const each = (label: string, name: keyof typeof noReader): Row => [
    label,
    ...([noReader[name], oneReader[name], allReaders[name]] as const),
    '',
  ];
  return [
    [`${sessions} idle sessions, ${workflows} with a workflow`, 'no reader', '1 reader', `${readers} readers`, ''],
    each('API statements per second', 'apiStatements'),
    each('API CPU, ms per second', 'apiCpuMs'),
    each('worker statements per second', 'workerStatements'),
    each('worker CPU, ms per second', 'workerCpuMs'),
    each('Postgres CPU, ms per second', 'postgresCpuMs'),
    each('Temporal CPU, ms per second', 'temporalCpuMs'),
    ['API RSS, MiB', rssMiB.api, '', rssMiB.apiWithReaders, ''],
    ['worker RSS before and with the sessions, MiB', `${rssMiB.workerBefore} → ${rssMiB.worker}`, '', '', ''],
    ['Temporal RSS before and with the sessions, MiB', `${rssMiB.temporalBefore} → ${rssMiB.temporal}`, '', '', ''],
    ['workflows started, rows made, per second', `${made.workflowsPerSecond}, ${made.rowsPerSecond}`, '', '', ''],
    ['event → reader, ms: p50, p95, max', delivery.p50Ms, delivery.p95Ms, delivery.maxMs, `${delivery.events} events`],
  ];
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
