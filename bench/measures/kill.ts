import type { BenchStack } from '../bench-stack.js';
import { bareSide, specwrightSide, type Reporter, type Side } from '../sides.js';
import type { Sizes } from '../sizes.js';
import { median, medianRatio, rounded } from '../statistics.js';
import type { WorkerHandle } from '../worker-handle.js';

export interface KillFigures {
  readonly p50Ms: number;
  readonly maxMs: number;
  readonly bareP50Ms: number;
  readonly bareMaxMs: number;
  readonly ratioP50: number;
  readonly tries: number;
}

/**
 * From `kill -9` of the worker that holds a waiting session to the answer of a report sent when that process is gone;
 * another worker is up. `insideTask`: the worker is killed while it works on the report. Absent in a quick run.
 */
export interface Kill extends KillFigures {
  readonly insideTask?: KillFigures;
}

/** A new worker has its polls out by then. */
const POLLING_MS = 500;
/** Within the few milliseconds a report takes, somewhere else every time. */
const INSIDE_MS = [2, 4, 6, 8, 10];

export async function measureKill(stack: BenchStack, sizes: Sizes['kill']): Promise<Kill> {
  const pair: Pair = await Promise.all([
    firstHolder(stack, specwrightSide(stack, 'kill')),
    firstHolder(stack, bareSide(stack, 'kill-bare')),
  ]);
  const waiting = await tries(pair, sizes.waiting, killedWaiting);
  const inside = await tries(pair, sizes.insideTask, killedInside);
  await Promise.all(pair.map((holder) => holder.end()));
  const insideTask = sizes.insideTask === 0 ? {} : { insideTask: figures(inside) };
  return { ...figures(waiting), ...insideTask };
}

/** Reports in a session whose worker is killed by `kill`, which is done when the process is gone. */
type Report = (reporter: Reporter, kill: () => Promise<void>, repeat: number) => Promise<void>;

type Pair = readonly [specwright: Holder, bare: Holder];

interface Holder {
  /** A new session in the cache of the worker to be killed, and a standby beside it. */
  prepare(): Promise<Prepared>;
  end(): Promise<void>;
}

/** Milliseconds from the kill to the answer. The worker that took over is the next one's victim. */
type Prepared = (report: Report, repeat: number) => Promise<number>;

async function tries([one, other]: Pair, repeats: number, report: Report) {
  const tookMs: { one: number[]; other: number[] } = { one: [], other: [] };
  for (let repeat = 0; repeat < repeats; repeat += 1) {
    // Both at once, which saves time; measured one after the other, changing who begins.
    const [first, second] = await Promise.all([one.prepare(), other.prepare()]);
    if (repeat % 2 === 1) tookMs.other.push(await second(report, repeat));
    tookMs.one.push(await first(report, repeat));
    if (repeat % 2 === 0) tookMs.other.push(await second(report, repeat));
  }
  return tookMs;
}

async function firstHolder(stack: BenchStack, side: Side): Promise<Holder> {
  let holder: WorkerHandle = await stack.worker(side.taskQueue, side.roles);
  return {
    async prepare() {
      // With one worker up there is no doubt about who holds the session in its cache.
      const reporter = await side.start();
      for (let turn = 0; turn < 4; turn += 1) await reporter.report();
      const standby = await stack.worker(side.taskQueue, side.roles);
      await new Promise((resolve) => setTimeout(resolve, POLLING_MS));
      return async (report, repeat) => {
        const victim = holder;
        holder = standby;
        let killedAt = NaN;
        const kill = () => {
          killedAt = performance.now();
          return victim.end();
        };
        await report(reporter, kill, repeat);
        return performance.now() - killedAt;
      };
    },
    end: () => holder.end(),
  };
}

async function killedWaiting(reporter: Reporter, kill: () => Promise<void>): Promise<void> {
  await kill();
  await reporter.report();
}

async function killedInside(reporter: Reporter, kill: () => Promise<void>, repeat: number): Promise<void> {
  const answered = reporter.report();
  await new Promise((resolve) => setTimeout(resolve, INSIDE_MS[repeat % INSIDE_MS.length]));
  await Promise.all([kill(), answered]);
}

function figures({ one, other }: { one: readonly number[]; other: readonly number[] }): KillFigures {
  return {
    p50Ms: rounded(median(one), 0),
    maxMs: rounded(Math.max(...one), 0),
    bareP50Ms: rounded(median(other), 0),
    bareMaxMs: rounded(Math.max(...other), 0),
    ratioP50: rounded(medianRatio(one, other)),
    tries: one.length,
  };
}
