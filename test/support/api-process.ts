import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { testStack, type Rig } from './rig.js';

const ENTRY = fileURLToPath(new URL('./server-entry.mjs', import.meta.url));

/** The HTTP API of the build on a rig's servers, or with another Postgres, in a process of its own. Linux only, for its memory. */
export interface ApiProcess {
  readonly url: string;
  /** Resident memory, and the most it ever was. */
  memory(): { readonly nowMb: number; readonly peakMb: number };
  end(): Promise<void>;
}

export async function startApiProcess(rig: Rig, database = testStack().database): Promise<ApiProcess> {
  // It would try other tests' deliveries at the documented pauses, which are days.
  const webhooks = { key: null, allow: [] };
  const what = {
    config: { ...rig.config, webhooks, http: { host: '127.0.0.1', port: 0 } },
    stack: {
      temporal: { address: rig.address },
      database,
      taskQueue: rig.config.taskQueue,
      executorQueue: rig.executorQueue,
    },
    rateLimit: { perSecond: 100_000, burst: 100_000 },
  };
  const { PATH, HOME } = process.env;
  const child = spawn(process.execPath, [ENTRY, JSON.stringify(what)], {
    env: { PATH, HOME },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const said = await Promise.race([once(child.stdout, 'data'), exited]);
  if (child.exitCode !== null) throw new Error(`the API process ended with ${child.exitCode}`);
  const megabytes = (name: string) => {
    const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
    return Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)![1]) / 1024;
  };
  return {
    url: String(said[0]).trim(),
    memory: () => ({ nowMb: megabytes('VmRSS'), peakMb: megabytes('VmHWM') }),
    async end() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
