import type { BenchStack } from '../bench-stack.js';
import { bareSide, specwrightSide, type Side } from '../sides.js';
import type { Sizes } from '../sizes.js';
import { interleaved, median, medianRatio, rounded } from '../statistics.js';
import type { WorkerHandle } from '../worker-handle.js';

/** Starts per second, each until the first command is open, beside starts of the bare workflow until its first turn. */
export interface Starts {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly barePerSecond: number;
  readonly bareP50Ms: number;
  readonly ratioPerSecond: number;
}

/** Resident memory of a worker process before and with 500 sessions that wait for their client. */
export interface Idle {
  readonly rssBeforeMiB: number;
  readonly rssAfterMiB: number;
  readonly kibPerSession: number;
  readonly bareKibPerSession: number;
  readonly ratio: number;
}

const SESSIONS = 500;
const CLIENTS = 25;
const MIB = 1024 * 1024;
/** Before anything is counted: code is compiled, connections are open. */
const WARM_UP = 25;
const SETTLE_MS = 2_000;

interface Batch {
  readonly latenciesMs: readonly number[];
  readonly perSecond: number;
}

export async function measureStarts(stack: BenchStack, sizes: Sizes['starts']): Promise<[Starts, Idle]> {
  const sides = [specwrightSide(stack, 'starts'), bareSide(stack, 'starts-bare')] as const;
  const workers = await Promise.all(sides.map(({ taskQueue, roles }) => stack.worker(taskQueue, roles)));
  for (const side of sides) await batch(side, WARM_UP);
  const before = await rss(workers);
  const { one, other } = await interleaved(
    sizes.repeats,
    () => batch(sides[0], SESSIONS / sizes.repeats),
    () => batch(sides[1], sizes.bare / sizes.repeats),
  );
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  const after = await rss(workers);
  await Promise.all(workers.map((worker) => worker.end()));
  return [startFigures(one, other), idleFigures(before, after, [SESSIONS, sizes.bare])];
}

async function batch(side: Side, size: number): Promise<Batch> {
  const latenciesMs: number[] = [];
  let left = size;
  const client = async () => {
    while (left > 0) {
      left -= 1;
      const began = performance.now();
      await side.start();
      latenciesMs.push(performance.now() - began);
    }
  };
  const began = performance.now();
  await Promise.all(Array.from({ length: CLIENTS }, client));
  return { latenciesMs, perSecond: size / ((performance.now() - began) / 1_000) };
}

async function rss(workers: readonly WorkerHandle[]): Promise<readonly number[]> {
  return Promise.all(workers.map(async (worker) => (await worker.stats()).rssBytes));
}

function startFigures(one: readonly Batch[], other: readonly Batch[]): Starts {
  const perSecond = (batches: readonly Batch[]) => batches.map((each) => each.perSecond);
  const p50 = (batches: readonly Batch[]) => rounded(median(batches.map(({ latenciesMs }) => median(latenciesMs))));
  return {
    perSecond: rounded(median(perSecond(one)), 1),
    p50Ms: p50(one),
    barePerSecond: rounded(median(perSecond(other)), 1),
    bareP50Ms: p50(other),
    ratioPerSecond: rounded(medianRatio(perSecond(one), perSecond(other))),
  };
}

function idleFigures(before: readonly number[], after: readonly number[], started: readonly number[]): Idle {
  const [one, other] = [0, 1].map((index) => (after[index]! - before[index]!) / started[index]! / 1024) as [
    number,
    number,
  ];
  return {
    rssBeforeMiB: rounded(before[0]! / MIB, 1),
    rssAfterMiB: rounded(after[0]! / MIB, 1),
    kibPerSession: rounded(one, 1),
    bareKibPerSession: rounded(other, 1),
    ratio: rounded(one / other),
  };
}
