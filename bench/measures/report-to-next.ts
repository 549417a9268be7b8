import type { BenchStack } from '../bench-stack.js';
import { spent, type Spent } from '../profile.js';
import { bareSide, specwrightSide, type Reporter, type Side } from '../sides.js';
import type { Sizes } from '../sizes.js';
import { interleaved, median, medianRatio, percentile, rounded } from '../statistics.js';
import type { WorkerHandle } from '../worker-handle.js';

export interface ReportFigures {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly perSecond: number;
  readonly ratioP50: number;
  readonly ratioPerSecond: number;
}

export interface ReportToNext {
  readonly clients1: ReportFigures;
  readonly clients50: ReportFigures;
}

/** The same figures of the bare workflow, and what one interaction costs whom; for the table only. */
export interface ReportDetails {
  readonly bare: ReportToNext;
  readonly spent: { readonly specwright: Spent; readonly bare: Spent };
}

interface Block {
  readonly latenciesMs: readonly number[];
  readonly perSecond: number;
  readonly spent: Spent;
}

const WARM_UP = { clients: 20, seconds: 1 };
/** Initialize and GenerateImplementation; from then on RunTests and FixImplementation take turns. */
const LEADING_REPORTS = 2;
/** What one session can take by its bounds. */
const MAX_REPORTS = 190;

export async function measureReports(
  stack: BenchStack,
  { repeats, seconds }: Sizes['reports'],
): Promise<[ReportToNext, ReportDetails]> {
  const sides = [specwrightSide(stack, 'reports'), bareSide(stack, 'reports-bare')] as const;
  const workers = await Promise.all(sides.map(({ taskQueue, roles }) => stack.worker(taskQueue, roles)));
  const at = (index: 0 | 1, clients: number, forSeconds: number) => () =>
    block(stack, sides[index], workers[index]!, clients, forSeconds);
  for (const index of [0, 1] as const) await at(index, WARM_UP.clients, WARM_UP.seconds)();
  const one = await interleaved(repeats, at(0, 1, seconds), at(1, 1, seconds));
  const fifty = await interleaved(repeats, at(0, 50, seconds), at(1, 50, seconds));
  await Promise.all(workers.map((worker) => worker.end()));
  const bare = { clients1: figures(one.other, one.other), clients50: figures(fifty.other, fifty.other) };
  const costs = { specwright: medianSpent(fifty.one), bare: medianSpent(fifty.other) };
  return [
    { clients1: figures(one.one, one.other), clients50: figures(fifty.one, fifty.other) },
    { bare, spent: costs },
  ];
}

/** New sessions each time; starting them is not timed. */
async function block(
  stack: BenchStack,
  side: Side,
  worker: WorkerHandle,
  clients: number,
  forSeconds: number,
): Promise<Block> {
  const reporters = await Promise.all(Array.from({ length: clients }, () => side.start()));
  for (let leading = 0; leading < LEADING_REPORTS; leading += 1) {
    await Promise.all(reporters.map((reporter) => reporter.report()));
  }
  const latenciesMs: number[] = [];
  let seconds = 0;
  const cost = await spent(stack, worker, reporters[0]!.sessionId, async () => {
    const began = performance.now();
    const until = began + forSeconds * 1_000;
    const counts = await Promise.all(reporters.map((reporter) => reportUntil(reporter, until, latenciesMs)));
    seconds = (performance.now() - began) / 1_000;
    return { all: latenciesMs.length, ofSession: counts[0]! };
  });
  return { latenciesMs, perSecond: latenciesMs.length / seconds, spent: cost };
}

async function reportUntil(reporter: Reporter, until: number, latenciesMs: number[]): Promise<number> {
  for (let reports = 0; ; reports += 1) {
    const began = performance.now();
    if (began >= until || reports === MAX_REPORTS) return reports;
    await reporter.report();
    latenciesMs.push(performance.now() - began);
  }
}

function figures(blocks: readonly Block[], bare: readonly Block[]): ReportFigures {
  const p50 = ({ latenciesMs }: Block) => median(latenciesMs);
  const perSecond = (block: Block) => block.perSecond;
  return {
    p50Ms: rounded(median(blocks.map(p50))),
    p99Ms: rounded(
      percentile(
        blocks.flatMap(({ latenciesMs }) => latenciesMs),
        99,
      ),
    ),
    perSecond: rounded(median(blocks.map(perSecond)), 1),
    ratioP50: rounded(medianRatio(blocks.map(p50), bare.map(p50))),
    ratioPerSecond: rounded(medianRatio(blocks.map(perSecond), bare.map(perSecond))),
  };
}

function medianSpent(blocks: readonly Block[]): Spent {
  const names = Object.keys(blocks[0]!.spent) as (keyof Spent)[];
  const entries = names.map((name) => [name, rounded(median(blocks.map(({ spent: cost }) => cost[name])), 1)]);
  return Object.fromEntries(entries) as Spent;
}
