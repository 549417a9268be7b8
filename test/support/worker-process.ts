import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Config } from '../../src/config.js';
import type { WorkerRole } from '../../src/worker.js';
import { testStack, type Rig } from './rig.js';

const ENTRY = fileURLToPath(new URL('./worker-entry.mjs', import.meta.url));
const START_TIMEOUT_MS = 30_000;

/** A worker of the build in a process of its own, to be killed. */
export interface WorkerProcess {
  readonly pid: number;
  /** Of its metrics, where its configuration has an address for them. */
  readonly metricsUrl: string;
  /** What it logged so far, a line each. */
  log(): readonly string[];
  /** `kill -9` of the process alone: the programs it runs are in groups of their own and go on. */
  kill(): Promise<void>;
  /** `kill -9` of the process and of every program below it: the host is gone. */
  killHost(): Promise<void>;
  /** SIGSTOP: it keeps its connections and says nothing. */
  freeze(): void;
  thaw(): void;
}

export interface WorkerProcessOptions {
  readonly config?: Partial<Config>;
  /** Another Temporal address than the rig's. */
  readonly address?: string;
}

const started = new Set<ChildProcess>();

/** Starts a worker process with the rig's configuration and waits until it serves its Task Queues. */
export async function startWorkerProcess(
  rig: Rig,
  roles: readonly WorkerRole[],
  options: WorkerProcessOptions = {},
): Promise<WorkerProcess> {
  const what = {
    config: { ...rig.config, ...options.config },
    address: options.address ?? rig.address,
    rwUrl: testStack().database.rwUrl,
    roles,
  };
  const { PATH, HOME } = process.env;
  const child = spawn(process.execPath, [ENTRY, JSON.stringify(what)], { env: { PATH, HOME }, stdio: 'pipe' });
  started.add(child);
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const metricsUrl = await untilUp(child, () => said.slice(-4_000));
  const killAll = async (pids: readonly number[]) => {
    const ended = hasEnded(child) ? null : once(child, 'exit');
    for (const pid of pids) signal(pid, 'SIGKILL');
    await ended;
    started.delete(child);
  };
  return {
    pid: child.pid!,
    metricsUrl,
    log: () => said.split('\n').filter((line) => line !== ''),
    kill: () => killAll([child.pid!]),
    killHost: () => killAll([child.pid!, ...descendants(child.pid!)]),
    freeze: () => signal(child.pid!, 'SIGSTOP'),
    thaw: () => signal(child.pid!, 'SIGCONT'),
  };
}

/** Ends what a test has left, with all its programs. */
export async function endWorkerProcesses(): Promise<void> {
  for (const child of started) {
    const ended = hasEnded(child) ? null : once(child, 'exit');
    for (const pid of [child.pid!, ...descendants(child.pid!)]) signal(pid, 'SIGKILL');
    await ended;
  }
  started.clear();
}

async function untilUp(child: ChildProcess, said: () => string): Promise<string> {
  const up = new Promise<string>((resolve, reject) => {
    child.stdout!.once('data', (line: Buffer) => resolve(line.toString().split(' ')[1]?.trim() ?? ''));
    child.once('exit', (code) => reject(new Error(`the worker process ended with ${code}: ${said()}`)));
    setTimeout(() => reject(new Error(`the worker process did not come up: ${said()}`)), START_TIMEOUT_MS).unref();
  });
  const metricsUrl = await up;
  child.stdout!.resume();
  return metricsUrl;
}

const hasEnded = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null;

function descendants(pid: number): readonly number[] {
  const rows = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n');
  const parents = rows.map((row) => row.trim().split(/\s+/).map(Number) as [number, number]);
  const below = (parent: number): readonly number[] =>
    parents.filter(([, of]) => of === parent).flatMap(([child]) => [child, ...below(child)]);
  return below(pid);
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended by itself.
  }
}

/** Whether a process is there and not a zombie that nobody has waited for yet. */
export function isAlive(pid: number): boolean {
  try {
    return !execFileSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' })
      .trim()
      .startsWith('Z');
  } catch {
    return false;
  }
}
