import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { signalGroup } from './process-group.js';

/** Process groups running for sessions, on disk, so that the next executor can end those of one that was killed. */
export interface RunningGroups {
  /** Notes a group; call the result when it has ended. */
  note(sessionId: string, pid: number): Promise<() => Promise<void>>;
  /** Ends what an earlier executor, or a lost attempt of this one, left running: two agents in one workspace would spoil it. */
  endLeftovers(sessionId: string): Promise<void>;
}

export function createRunningGroups(folder: string): RunningGroups {
  const mine = new Set<string>();
  return {
    async note(sessionId, pid) {
      const path = join(folder, sessionId, String(pid));
      mine.add(path);
      await mkdir(join(folder, sessionId), { recursive: true, mode: 0o700 });
      await writeFile(path, (await startTicks(pid)) ?? '');
      return async () => {
        mine.delete(path);
        await rm(path, { force: true });
      };
    },
    async endLeftovers(sessionId) {
      for (const name of await readdir(join(folder, sessionId)).catch(() => [])) {
        const path = join(folder, sessionId, name);
        const pid = Number(name);
        if (!Number.isSafeInteger(pid) || pid <= 1) continue;
        if (mine.has(path)) {
          // Of an attempt that is over for Temporal and has not heard of it yet, as after the computer slept.
          signalGroup(pid, 'SIGKILL');
          continue;
        }
        const noted = await readFile(path, 'utf8').catch(() => '');
        // Process numbers are given out again: only the one that began at the noted moment is meant.
        if (noted !== '' && noted === (await startTicks(pid))) signalGroup(pid, 'SIGKILL');
        await rm(path, { force: true });
      }
    },
  };
}

/** When a process began, with the boot it belongs to; null where the system does not tell (only Linux does). */
export async function startTicks(pid: number): Promise<string | null> {
  try {
    const line = await readFile(`/proc/${pid}/stat`, 'utf8');
    const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8');
    // Fields after the program's name, which may itself contain blanks and brackets; the start time is the 22nd of all.
    const started = line.slice(line.lastIndexOf(')') + 2).split(' ')[19];
    return started === undefined ? null : `${boot.trim()} ${started}`;
  } catch {
    return null;
  }
}
