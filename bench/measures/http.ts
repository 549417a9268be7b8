import type { BenchStack } from '../bench-stack.js';
import { reportersOf, reportFor } from '../reporters.js';
import { httpSide, specwrightSide } from '../sides.js';
import type { Sizes } from '../sizes.js';
import { interleaved, median, percentile, rounded } from '../statistics.js';

/** Report → next through the HTTP API in a process of its own, beside the same through `client.ts` on the same worker. */
export interface HttpFigures {
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly clientP50Ms: number;
  readonly clientP95Ms: number;
  /** The median over repeats of what HTTP takes more. */
  readonly addedP50Ms: number;
  /** The median over repeats of 1.25 × client.ts + 3 ms. */
  readonly aimP50Ms: number;
  readonly isMet: boolean;
  /** CPU of the API process per report. */
  readonly apiCpuMs: number;
  /** Sent by the API process per report. */
  readonly apiStatements: number;
}

export interface HttpPath {
  readonly clients1: HttpFigures;
  readonly clients50: HttpFigures;
}

const QUEUE = 'http';
const WARM_UP = { clients: 20, seconds: 1 };
const [AIM_FACTOR, AIM_ADDED_MS] = [1.25, 3];

interface Block {
  readonly latenciesMs: readonly number[];
  readonly cpuMs: number;
  readonly statements: number;
}

export async function measureHttp(stack: BenchStack, { repeats, seconds }: Sizes['reports']): Promise<HttpPath> {
  const [worker, api] = await Promise.all([stack.worker(QUEUE, ['session']), stack.worker(QUEUE, ['api'])]);
  const overHttp = reportersOf(httpSide(stack, QUEUE, api.url!, await stack.newKey()));
  const direct = reportersOf(specwrightSide(stack, QUEUE));
  const block = async (reporters: typeof direct, clients: number, forSeconds = seconds): Promise<Block> => {
    const chosen = await reporters(clients);
    const before = await api.stats();
    const { latenciesMs } = await reportFor(chosen, forSeconds);
    const after = await api.stats();
    const per = (name: 'cpuMs' | 'statements') => (after[name] - before[name]) / latenciesMs.length;
    return { latenciesMs, cpuMs: per('cpuMs'), statements: per('statements') };
  };
  for (const reporters of [overHttp, direct]) await block(reporters, WARM_UP.clients, WARM_UP.seconds);
  const measured = async (clients: number): Promise<HttpFigures> => {
    const pairs = await interleaved(
      repeats,
      () => block(overHttp, clients),
      () => block(direct, clients),
    );
    return figures(pairs.one, pairs.other);
  };
  const clients1 = await measured(1);
  const clients50 = await measured(50);
  await Promise.all([worker.end(), api.end()]);
  return { clients1, clients50 };
}

function figures(http: readonly Block[], client: readonly Block[]): HttpFigures {
  const p50s = (blocks: readonly Block[]) => blocks.map(({ latenciesMs }) => median(latenciesMs));
  const p95 = (blocks: readonly Block[]) => rounded(median(blocks.map((block) => percentile(block.latenciesMs, 95))));
  const [one, other] = [p50s(http), p50s(client)];
  const aims = other.map((p50) => AIM_FACTOR * p50 + AIM_ADDED_MS);
  return {
    p50Ms: rounded(median(one)),
    p95Ms: p95(http),
    clientP50Ms: rounded(median(other)),
    clientP95Ms: p95(client),
    addedP50Ms: rounded(median(one.map((p50, index) => p50 - other[index]!))),
    aimP50Ms: rounded(median(aims)),
    // Each repeat against its own aim: what slows down one repeat slows down both sides of it.
    isMet: median(one.map((p50, index) => p50 / aims[index]!)) <= 1,
    apiCpuMs: rounded(median(http.map(({ cpuMs }) => cpuMs))),
    apiStatements: rounded(median(http.map(({ statements }) => statements)), 1),
  };
}
