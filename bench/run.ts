import { once } from 'node:events';
import { availableParallelism, loadavg } from 'node:os';
import { Command } from 'commander';
import type { BenchReport } from './bench-report.js';
import { startBenchStack, type BenchStack } from './bench-stack.js';
import { measureChildren } from './measures/children.js';
import { measureKill } from './measures/kill.js';
import { measureReports, type ReportDetails } from './measures/report-to-next.js';
import { measureStarts } from './measures/starts-and-idle.js';
import { FULL, QUICK, type Sizes } from './sizes.js';
import { tableOf } from './table.js';

const options = new Command('bench')
  .description('Measures specwright beside a bare Temporal workflow, on servers of its own.')
  .option('--quick', 'fewer repeats: under two minutes')
  .option('--json', 'nothing but the JSON document on stdout')
  .parse()
  .opts<{ quick?: boolean; json?: boolean }>();

const began = performance.now();
const log = (line: string): void =>
  void process.stderr.write(`${((performance.now() - began) / 1_000).toFixed(0).padStart(4)} s  ${line}\n`);

const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => interrupted.abort(new Error(`ended by ${signal}`)));
}
const load = (): string =>
  `load average ${loadavg()
    .map((value) => value.toFixed(1))
    .join(' ')}, ${availableParallelism()} cores`;

log(`Node ${process.version}, ${load()}`);
if (loadavg()[0]! > availableParallelism() / 2) log('other programs are busy: trust the ratios more than the times');
const stack = await startBenchStack(log, interrupted.signal);
try {
  const [report, details] = await Promise.race([measure(stack, options.quick ? QUICK : FULL), interruption()]);
  if (!options.json) process.stdout.write(`${tableOf(report, details)}\n\n`);
  process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  await stack.close();
  await stack.stop();
} catch (error) {
  // Whatever is still waiting for an answer is left alone.
  await stack.stop();
  console.error(error);
  process.exit(1);
}
log(`done, ${load()}`);

async function interruption(): Promise<never> {
  if (!interrupted.signal.aborted) await once(interrupted.signal, 'abort');
  throw interrupted.signal.reason;
}

async function measure(bench: BenchStack, sizes: Sizes): Promise<[BenchReport, ReportDetails]> {
  log('report → next command, at 1 and 50 clients');
  const [reportToNext, details] = await measureReports(bench, sizes.reports);
  log('starts, and the memory of 500 idle sessions');
  const [starts, idle500] = await measureStarts(bench, sizes.starts);
  log('a parent with 100 trivial children');
  const children100 = await measureChildren(bench, sizes.children);
  log('a report answered after kill -9 of the worker');
  const kill = await measureKill(bench, sizes.kill);
  return [{ reportToNext, starts, children100, idle500, kill }, details];
}
