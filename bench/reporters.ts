import type { Reporter, Side } from './sides.js';

export interface CountedReporter extends Reporter {
  reports: number;
}

/** Initialize and GenerateImplementation; from then on RunTests and FixImplementation take turns. */
const LEADING_REPORTS = 2;
/** What a session is given here at most; its bounds allow 200. */
const MAX_REPORTS = 190;
/** A session that took more is replaced by a new one before the next repeat. */
const WORN_OUT = 100;

/** Sessions of a side that are ready to be reported on, so many as are asked for. */
export function reportersOf(side: Side): (clients: number) => Promise<readonly CountedReporter[]> {
  let fresh: CountedReporter[] = [];
  return async (clients) => {
    fresh = fresh.filter(({ reports }) => reports < WORN_OUT);
    const missing = Math.max(0, clients - fresh.length);
    fresh.push(...(await Promise.all(Array.from({ length: missing }, () => started(side)))));
    return fresh.slice(0, clients);
  };
}

/** Starting is not timed. */
async function started(side: Side): Promise<CountedReporter> {
  const reporter = { ...(await side.start()), reports: LEADING_REPORTS };
  for (let leading = 0; leading < LEADING_REPORTS; leading += 1) await reporter.report();
  return reporter;
}

/** All report at once, for so long; what each report took. */
export async function reportFor(
  reporters: readonly CountedReporter[],
  forSeconds: number,
): Promise<{ readonly latenciesMs: readonly number[]; readonly seconds: number }> {
  const latenciesMs: number[] = [];
  const began = performance.now();
  const until = began + forSeconds * 1_000;
  await Promise.all(reporters.map((reporter) => reportUntil(reporter, until, latenciesMs)));
  return { latenciesMs, seconds: (performance.now() - began) / 1_000 };
}

async function reportUntil(reporter: CountedReporter, until: number, latenciesMs: number[]): Promise<void> {
  for (; reporter.reports < MAX_REPORTS; reporter.reports += 1) {
    const began = performance.now();
    if (began >= until) return;
    await reporter.report();
    latenciesMs.push(performance.now() - began);
  }
}
