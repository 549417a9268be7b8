import { once } from 'node:events';
import { availableParallelism, loadavg } from 'node:os';
import { Command, InvalidArgumentError, Option } from 'commander';
import { PARTS, type BenchDetails, type BenchReport, type Part } from './bench-report.js';
import { startBenchStack, type BenchStack } from './bench-stack.js';
import { measureChildren } from './measures/children.js';
import { measureHttp } from './measures/http.js';
import { measureKill } from './measures/kill.js';
import { measureReaders } from './measures/readers.js';
import { measureReports } from './measures/report-to-next.js';
import { measureStarts } from './measures/starts-and-idle.js';
import { FULL, QUICK, type Sizes } from './sizes.js';
import { tableOf } from './table.js';

const options = new Command('bench')
  .description('Measures specwright beside a bare Temporal workflow, on servers of its own.')
  .option('--quick', 'fewer repeats and smaller numbers: about two minutes')
  .option('--json', 'nothing but the JSON document on stdout')
  .addOption(new Option('--only <parts...>', 'only these').choices(PARTS))
  .option('--sessions <n>', 'readers: idle sessions', count)
  .option('--workflows <n>', 'readers: of them with a real workflow; the others are rows alone', count)
  .option('--readers <n>', 'readers: event streams', count)
  .parse()
  .opts<{ quick?: boolean; json?: boolean; only?: Part[]; sessions?: number; workflows?: number; readers?: number }>();

function count(text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError('not a whole number');
  return Number(text);
}

function sizesOf(): Sizes {
  const sizes = options.quick ? QUICK : FULL;
  const { sessions, workflows, readers } = { ...sizes.readers, ...options };
  return { ...sizes, readers: { ...sizes.readers, sessions, workflows, readers } };
}

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
  const [report, details] = await Promise.race([measure(stack, sizesOf()), interruption()]);
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

async function measure(bench: BenchStack, sizes: Sizes): Promise<[BenchReport, BenchDetails]> {
  const wanted = (part: Part, what: string): boolean => {
    const isWanted = options.only?.includes(part) ?? true;
    if (isWanted) log(what);
    return isWanted;
  };
  let report: BenchReport = {};
  let details: BenchDetails = {};
  if (wanted('reports', 'report → next command, at 1 and 50 clients')) {
    const [reportToNext, reports] = await measureReports(bench, sizes.reports);
    [report, details] = [{ reportToNext }, { reports }];
  }
  if (wanted('http', 'the same over HTTP and through client.ts')) {
    report = { ...report, http: await measureHttp(bench, sizes.reports) };
  }
  if (wanted('starts', 'starts, and the memory of 500 idle sessions')) {
    const [starts, idle500] = await measureStarts(bench, sizes.starts);
    report = { ...report, starts, idle500 };
  }
  if (wanted('children', 'a parent with 100 trivial children')) {
    report = { ...report, children100: await measureChildren(bench, sizes.children) };
  }
  if (wanted('kill', 'a report answered after kill -9 of the worker')) {
    report = { ...report, kill: await measureKill(bench, sizes.kill) };
  }
  const { sessions, workflows, readers } = sizes.readers;
  if (wanted('readers', `${readers} event readers and ${sessions} idle sessions, ${workflows} with a workflow`)) {
    report = { ...report, readers: await measureReaders(bench, sizes.readers) };
  }
  return [report, details];
}
