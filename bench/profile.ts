import { readdir, readFile } from 'node:fs/promises';
import type { BenchStack } from './bench-stack.js';
import type { WorkerHandle } from './worker-handle.js';

/** What one interaction costs. CPU of the servers is NaN where there is no /proc. */
export interface Spent {
  readonly workerCpuMs: number;
  readonly temporalCpuMs: number;
  readonly postgresCpuMs: number;
  readonly clientCpuMs: number;
  readonly transactions: number;
  readonly walBytes: number;
  readonly historyEvents: number;
  readonly historyBytes: number;
}

/** Runs `work`, which says how many reports there were in all, and how many of them were session `sessionId`'s. */
export async function spent(
  stack: BenchStack,
  worker: WorkerHandle,
  sessionId: string,
  work: () => Promise<{ readonly all: number; readonly ofSession: number }>,
): Promise<Spent> {
  const before = await look(stack, worker, sessionId);
  const { all, ofSession } = await work();
  const after = await look(stack, worker, sessionId);
  const per = (name: keyof Spent, reports: number) => (after[name] - before[name]) / reports;
  return {
    workerCpuMs: per('workerCpuMs', all),
    temporalCpuMs: per('temporalCpuMs', all),
    postgresCpuMs: per('postgresCpuMs', all),
    clientCpuMs: per('clientCpuMs', all),
    transactions: per('transactions', all),
    walBytes: per('walBytes', all),
    historyEvents: per('historyEvents', ofSession),
    historyBytes: per('historyBytes', ofSession),
  };
}

async function look({ pids, temporal, database }: BenchStack, worker: WorkerHandle, sessionId: string): Promise<Spent> {
  const { user, system } = process.cpuUsage();
  const description = await temporal.withDeadline(Date.now() + 10_000, () =>
    temporal.workflow.getHandle(sessionId).describe(),
  );
  const { rows } = await database.query<{ transactions: string; wal: string }>(
    `SELECT (SELECT sum(xact_commit) FROM pg_stat_database WHERE datname = current_database()) AS transactions,
            pg_current_wal_lsn() - '0/0' AS wal`,
  );
  return {
    workerCpuMs: (await worker.stats()).cpuMs,
    temporalCpuMs: await cpuMsOf(pids.temporal, false),
    postgresCpuMs: await cpuMsOf(pids.postgres, true),
    clientCpuMs: (user + system) / 1_000,
    transactions: Number(rows[0]?.transactions),
    walBytes: Number(rows[0]?.wal),
    historyEvents: description.historyLength,
    historyBytes: description.historySize ?? NaN,
  };
}

/** Linux counts in hundredths of a second. */
const TICK_MS = 10;

/** Used so far; NaN where there is no /proc. */
export async function cpuMsOf(pid: number | null, withChildren: boolean): Promise<number> {
  if (pid === null || process.platform !== 'linux') return NaN;
  const names = withChildren ? (await readdir('/proc')).filter((name) => /^\d+$/.test(name)) : [String(pid)];
  const times = await Promise.all(names.map((name) => ticks(name, pid)));
  return times.reduce((sum, time) => sum + time, 0) * TICK_MS;
}

export async function rssBytesOf(pid: number | null): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? NaN) * 1024;
}

/** User and system time of a process that is `pid` or its child; 0 of any other. */
async function ticks(name: string, pid: number): Promise<number> {
  const stat = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '');
  const [, parent, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const isIts = Number(name) === pid || Number(parent) === pid;
  const ended = Number(name) === pid ? Number(fields[11]) + Number(fields[12]) : 0;
  return isIts ? Number(fields[9]) + Number(fields[10]) + ended : 0;
}
