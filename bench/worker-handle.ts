import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { FromWorker, WorkerSpec, WorkerStats } from './worker-messages.js';

/** A worker process as the benchmark sees it. */
export interface WorkerHandle {
  /** Where the HTTP API is, when it runs there. */
  readonly url: string | null;
  stats(): Promise<WorkerStats>;
  /** SIGKILL, and waits for the end. */
  end(): Promise<void>;
}

const PROGRAM = fileURLToPath(new URL('./worker-process.js', import.meta.url));
const START_TIMEOUT_MS = 60_000;
const ANSWER_TIMEOUT_MS = 10_000;

/** Every process that was started and not yet seen to end. */
const running = new Set<ChildProcess>();

export async function forkWorker(spec: WorkerSpec): Promise<WorkerHandle> {
  const child = fork(PROGRAM, [JSON.stringify(spec)], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  running.add(child);
  child.once('exit', () => running.delete(child));
  const { url } = await next(child, 'ready', START_TIMEOUT_MS);
  return {
    url,
    async stats() {
      child.send('stats');
      return (await next(child, 'stats', ANSWER_TIMEOUT_MS)).stats;
    },
    end: () => end(child),
  };
}

/** Ends whatever is left, when the benchmark itself ends early. */
export async function endWorkers(): Promise<void> {
  await Promise.all([...running].map((child) => end(child)));
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit', { signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) });
  child.kill('SIGKILL');
  await exited;
}

type Message<K> = Extract<FromWorker, { kind: K }>;

async function next<K extends FromWorker['kind']>(
  child: ChildProcess,
  kind: K,
  timeoutMs: number,
): Promise<Message<K>> {
  const waiting = new AbortController();
  const signal = AbortSignal.any([waiting.signal, AbortSignal.timeout(timeoutMs)]);
  const ended = once(child, 'exit', { signal }).then(() => {
    throw new Error(`a worker process ended before it was ${kind}`);
  });
  const answered = once(child, 'message', { signal }).then(([message]) => message as FromWorker);
  try {
    const message = await Promise.race([answered, ended]);
    if (message.kind !== kind) throw new Error(`a worker process said ${message.kind} instead of ${kind}`);
    return message as Message<K>;
  } finally {
    waiting.abort();
    await Promise.allSettled([ended, answered]);
  }
}
