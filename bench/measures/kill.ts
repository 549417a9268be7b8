import type { BenchStack } from '../bench-stack.js';
import { bareSide, specwrightSide, type Reporter, type Side } from '../sides.js';
import type { Sizes } from '../sizes.js';
import { interleaved, median, medianRatio, rounded } from '../statistics.js';
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
  const [one, other] = [
    await firstHolder(stack, specwrightSide(stack, 'kill')),
    await firstHolder(stack, bareSide(stack, 'kill-bare')),
  ];
  const waiting = await interleaved(
    sizes.waiting,
    () => one.next(killedWaiting),
    () => other.next(killedWaiting),
  );
  const inside = await interleaved(
    sizes.insideTask,
    (repeat) => one.next(killedInside, repeat),
    (repeat) => other.next(killedInside, repeat),
  );
  await Promise.all([one.end(), other.end()]);
  const insideTask = sizes.insideTask === 0 ? {} : { insideTask: figures(inside.one, inside.other) };
  return { ...figures(waiting.one, waiting.other), ...insideTask };
}

/** Reports in a session whose worker is killed by `kill`, which is done when the process is gone. */
type Report = (reporter: Reporter, kill: () => Promise<void>, repeat: number) => Promise<void>;

interface Holder {
  /** One try: milliseconds from the kill to the answer. The worker that took over is the next one's victim. */
  next(report: Report, repeat?: number): Promise<number>;
  end(): Promise<void>;
}

async function firstHolder(stack: BenchStack, side: Side): Promise<Holder> {
  let holder: WorkerHandle = await stack.worker(side.taskQueue, side.roles);
  return {
    async next(report, repeat = 0) {
      // With one worker up there is no doubt about who holds the session in its cache.
      const reporter = await side.start();
      for (let turn = 0; turn < 4; turn += 1) await reporter.report();
      const standby = await stack.worker(side.taskQueue, side.roles);
      await new Promise((resolve) => setTimeout(resolve, POLLING_MS));
      let killedAt = NaN;
      const victim = holder;
      const kill = () => {
        killedAt = performance.now();
        return victim.end();
      };
      await report(reporter, kill, repeat);
      const took = performance.now() - killedAt;
      await victim.end();
      holder = standby;
      return took;
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

function figures(one: readonly number[], other: readonly number[]): KillFigures {
  return {
    p50Ms: rounded(median(one), 0),
    maxMs: rounded(Math.max(...one), 0),
    bareP50Ms: rounded(median(other), 0),
    bareMaxMs: rounded(Math.max(...other), 0),
    ratioP50: rounded(medianRatio(one, other)),
    tries: one.length,
  };
}
