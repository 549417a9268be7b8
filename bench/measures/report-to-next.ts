import type { BenchStack } from '../bench-stack.js';
import { spent, type Spent } from '../profile.js';
import { reportersOf, reportFor, type CountedReporter } from '../reporters.js';
import { bareSide, specwrightSide, type Side } from '../sides.js';
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
type Repeat = (clients: number, seconds: number) => Promise<Block>;

export async function measureReports(
  stack: BenchStack,
  { repeats, seconds }: Sizes['reports'],
): Promise<[ReportToNext, ReportDetails]> {
  const [one, other] = await Promise.all([
    repeatsOf(stack, specwrightSide(stack, 'reports')),
    repeatsOf(stack, bareSide(stack, 'reports-bare')),
  ]);
  for (const { repeat } of [one, other]) await repeat(WARM_UP.clients, WARM_UP.seconds);
  const [clients1, clients50] = [await measured(1), await measured(50)];
  await Promise.all([one.end(), other.end()]);
  const bare = {
    clients1: figures(clients1.other, clients1.other),
    clients50: figures(clients50.other, clients50.other),
  };
  const costs = { specwright: medianSpent(clients50.one), bare: medianSpent(clients50.other) };
  return [
    { clients1: figures(clients1.one, clients1.other), clients50: figures(clients50.one, clients50.other) },
    { bare, spent: costs },
  ];

  function measured(clients: number) {
    return interleaved(
      repeats,
      () => one.repeat(clients, seconds),
      () => other.repeat(clients, seconds),
    );
  }
}

async function repeatsOf(stack: BenchStack, side: Side): Promise<{ repeat: Repeat; end(): Promise<void> }> {
  const worker = await stack.worker(side.taskQueue, side.roles);
  const reporters = reportersOf(side);
  return {
    repeat: async (clients, seconds) => block(stack, worker, await reporters(clients), seconds),
    end: () => worker.end(),
  };
}

async function block(
  stack: BenchStack,
  worker: WorkerHandle,
  reporters: readonly CountedReporter[],
  forSeconds: number,
): Promise<Block> {
  let done: Awaited<ReturnType<typeof reportFor>> = { latenciesMs: [], seconds: 0 };
  const [first] = reporters as readonly [CountedReporter];
  const cost = await spent(stack, worker, first.sessionId, async () => {
    const before = first.reports;
    done = await reportFor(reporters, forSeconds);
    return { all: done.latenciesMs.length, ofSession: first.reports - before };
  });
  const { latenciesMs, seconds } = done;
  return { latenciesMs, perSecond: latenciesMs.length / seconds, spent: cost };
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
