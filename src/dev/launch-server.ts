import { spawn } from 'node:child_process';
import { open } from 'node:fs/promises';
import type { Account } from './postgres-account.js';
import { identifyProcess, type ProcessIdentity } from './processes.js';

export interface Launch {
  readonly program: string;
  readonly args: readonly string[];
  /** Null: as whoever runs specwright. */
  readonly account: Account | null;
  readonly logPath: string;
  /** The whole environment of the server. */
  readonly env: Readonly<Record<string, string>>;
}

/** In a group of its own and with a log file: Ctrl-C reaches specwright first, which ends things in order. */
export async function launchServer(launch: Launch): Promise<ProcessIdentity> {
  const log = await open(launch.logPath, 'a', 0o600);
  try {
    const child = spawn(launch.program, launch.args, {
      ...launch.account,
      detached: true,
      env: launch.env,
      stdio: ['ignore', log.fd, log.fd],
    });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', reject);
    });
    child.unref();
    return await identifyProcess(child.pid!);
  } finally {
    await log.close();
  }
}
