import type { BenchStack } from '../bench-stack.js';
import { openReader, type EventReader } from '../event-reader.js';
import { openRows } from '../open-rows.js';
import { cpuMsOf, rssBytesOf } from '../profile.js';
import { patientSide, type Reporter } from '../sides.js';
import type { Sizes } from '../sizes.js';
import { median, percentile, rounded } from '../statistics.js';
import type { WorkerHandle } from '../worker-handle.js';

/** What a second of waiting costs; CPU in milliseconds per second. */
interface Quiet {
  readonly apiStatements: number;
  readonly apiCpuMs: number;
  readonly workerStatements: number;
  readonly workerCpuMs: number;
  readonly postgresCpuMs: number;
  readonly temporalCpuMs: number;
}

/** Idle sessions, event streams that are open on some of them, and what one of them hears when its session moves. */
export interface Readers {
  readonly sessions: number;
  /** Of them real ones, with a workflow each; the others are rows alone. */
  readonly workflows: number;
  readonly readers: number;
  readonly workflowsPerSecond: number;
  readonly rowsPerSecond: number;
  readonly rssMiB: {
    readonly api: number;
    readonly apiWithReaders: number;
    readonly workerBefore: number;
    readonly worker: number;
    readonly temporalBefore: number;
    readonly temporal: number;
  };
  readonly quiet: { readonly noReader: Quiet; readonly oneReader: Quiet; readonly allReaders: Quiet };
  /** From the begin of the transaction that writes the event to the reader, through the API. */
  readonly delivery: {
    readonly p50Ms: number;
    readonly p95Ms: number;
    readonly maxMs: number;
    readonly events: number;
  };
}

const QUEUE = 'readers';
const CLIENTS = 10;
const MIB = 1024 * 1024;
const SETTLE_MS = 2_000;
const EVENT_TIMEOUT_MS = 20_000;

interface Processes {
  readonly stack: BenchStack;
  readonly worker: WorkerHandle;
  readonly api: WorkerHandle;
}

export async function measureReaders(stack: BenchStack, sizes: Sizes['readers']): Promise<Readers> {
  const { sessions, readers, seconds, moves } = sizes;
  const workflows = Math.min(sizes.workflows, sessions);
  const [worker, api] = await Promise.all([stack.worker(QUEUE, ['session']), stack.worker(QUEUE, ['api'])]);
  const processes = { stack, worker, api };
  const before = await memory(processes);
  const started = await timed(workflows, () => startAll(stack, workflows));
  const rows = await timed(sessions - workflows, () => openRows(stack, sessions - workflows));
  await settle();
  const noReader = await quiet(processes, seconds);
  const idle = await memory(processes);
  const ids = [...started.value.map(({ sessionId }) => sessionId), ...rows.value].slice(0, readers);
  const [url, key] = [api.url!, await stack.newKey()];
  const open: EventReader[] = [];
  for (const sessionId of ids.slice(0, 1)) open.push(await openReader(url, key, sessionId));
  await settle();
  const oneReader = await quiet(processes, seconds);
  open.push(...(await Promise.all(ids.slice(1).map((sessionId) => openReader(url, key, sessionId)))));
  await settle();
  const allReaders = await quiet(processes, seconds);
  const read = await memory(processes);
  const delays = await moved(started.value, open, moves);
  await Promise.all(open.map((reader) => reader.leave()));
  await Promise.all([worker.end(), api.end()]);
  return {
    ...{ sessions, workflows, readers: ids.length },
    workflowsPerSecond: started.perSecond,
    rowsPerSecond: rows.perSecond,
    rssMiB: {
      ...{ api: idle.api, apiWithReaders: read.api, workerBefore: before.worker, worker: idle.worker },
      ...{ temporalBefore: before.temporal, temporal: idle.temporal },
    },
    quiet: { noReader, oneReader, allReaders },
    delivery: {
      p50Ms: rounded(median(delays), 0),
      p95Ms: rounded(percentile(delays, 95), 0),
      maxMs: Math.max(...delays),
      events: delays.length,
    },
  };
}

async function timed<T>(
  count: number,
  work: () => Promise<T>,
): Promise<{ readonly value: T; readonly perSecond: number }> {
  const began = performance.now();
  const value = await work();
  return { value, perSecond: rounded(count / ((performance.now() - began) / 1_000), 0) };
}

async function startAll(stack: BenchStack, count: number): Promise<readonly Reporter[]> {
  const side = patientSide(stack, QUEUE);
  const reporters: Reporter[] = [];
  let left = count;
  const lane = async (): Promise<void> => {
    for (; left > 0;) {
      left -= 1;
      reporters.push(await side.start());
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, lane));
  return reporters;
}

const settle = () => new Promise((resolve) => setTimeout(resolve, SETTLE_MS));

/** One session after the other moves, and its reader hears of it. */
async function moved(
  reporters: readonly Reporter[],
  readers: readonly EventReader[],
  moves: number,
): Promise<readonly number[]> {
  const delays: number[] = [];
  const moving = Math.min(reporters.length, readers.length);
  for (let move = 0; move < moves && moving > 0; move += 1) {
    const at = move % moving;
    const heard = readers[at]!.nextDelay(EVENT_TIMEOUT_MS);
    await Promise.all([heard, reporters[at]!.report()]);
    delays.push(await heard);
  }
  return delays;
}

async function memory({ stack, worker, api }: Processes) {
  const [one, other] = await Promise.all([worker.stats(), api.stats()]);
  const mib = (bytes: number) => rounded(bytes / MIB, 0);
  const temporal = mib(await rssBytesOf(stack.pids.temporal));
  return { worker: mib(one.rssBytes), api: mib(other.rssBytes), temporal };
}

async function quiet(processes: Processes, seconds: number): Promise<Quiet> {
  const before = await look(processes);
  const began = performance.now();
  await new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
  const after = await look(processes);
  const passed = (performance.now() - began) / 1_000;
  const names = Object.keys(before) as (keyof Quiet)[];
  return Object.fromEntries(
    names.map((name) => [name, rounded((after[name] - before[name]) / passed, 1)]),
  ) as unknown as Quiet;
}

async function look({ stack: { pids }, worker, api }: Processes): Promise<Quiet> {
  const [one, other] = await Promise.all([worker.stats(), api.stats()]);
  return {
    apiStatements: other.statements,
    apiCpuMs: other.cpuMs,
    workerStatements: one.statements,
    workerCpuMs: one.cpuMs,
    postgresCpuMs: await cpuMsOf(pids.postgres, true),
    temporalCpuMs: await cpuMsOf(pids.temporal, false),
  };
}
