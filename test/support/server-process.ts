import { execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { isAlive } from './worker-process.js';

/** A server to be killed or frozen from outside, and started again as it was: program, arguments, account, environment. */
export interface ServerProcess {
  /** `kill -9` of the process, and of those it started. */
  kill(): Promise<void>;
  freeze(): void;
  thaw(): void;
  /** Starts the killed server again; ready some time after that. */
  restart(): void;
}

/** Linux only: what the server was started with is read from `/proc`. */
export function serverProcess(pid: number): ServerProcess {
  const proc = (name: string) => readFileSync(`/proc/${pid}/${name}`, 'utf8');
  const [program, ...args] = proc('cmdline').split('\0').slice(0, -1);
  const env = Object.fromEntries(
    proc('environ')
      .split('\0')
      .filter(Boolean)
      .map((line) => [line.split('=', 1)[0]!, line.slice(line.indexOf('=') + 1)]),
  );
  const id = (kind: string) => Number(new RegExp(`^${kind}:\\t(\\d+)`, 'm').exec(proc('status'))![1]);
  const account = { uid: id('Uid'), gid: id('Gid') };
  let current = pid;
  let isWanted = true;
  const all = () => [current, ...childrenOf(current)];
  const signal = (name: NodeJS.Signals, to: readonly number[] = all()) =>
    to.filter(isAlive).forEach((one) => process.kill(one, name));
  // Postgres does not start while anything is left of the one before.
  const start = (): void => {
    const child = spawn(program!, args, { ...account, env, detached: true, stdio: 'ignore' });
    current = child.pid!;
    child.once('exit', () => void (isWanted && setTimeout(start, 500)));
    child.unref();
  };
  return {
    async kill() {
      isWanted = false;
      const killed = all();
      signal('SIGKILL', killed);
      while (killed.some(isAlive)) await new Promise((resolve) => setTimeout(resolve, 20));
    },
    freeze: () => signal('SIGSTOP'),
    thaw: () => signal('SIGCONT'),
    restart() {
      isWanted = true;
      start();
    },
  };
}

function childrenOf(pid: number): readonly number[] {
  const rows = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n');
  return rows
    .map((row) => row.trim().split(/\s+/).map(Number))
    .filter(([, parent]) => parent === pid)
    .map(([child]) => child!);
}
