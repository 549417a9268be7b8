import { randomUUID } from 'node:crypto';
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Environment } from './process-environment.js';
import { signalGroup } from './process-group.js';

/** Process groups running for sessions, on disk, so that the next executor can end those of one that was killed. */
export interface RunningGroups {
  /** To be called before the program begins: whoever is killed right after starting it has noted it. */
  note(sessionId: string): Promise<GroupNote>;
  /** Ends what an earlier executor, or a lost attempt of this one, left running: two agents in one workspace would spoil it. */
  endLeftovers(sessionId: string): Promise<void>;
}

export interface GroupNote {
  /** For the program's environment: what it is found by until its number is noted. */
  readonly env: Environment;
  started(pid: number): Promise<void>;
  gone(): Promise<void>;
}

const MARK = 'SW_PROCESS';

export function createRunningGroups(folder: string): RunningGroups {
  const mine = new Map<string, number | null>();
  return {
    async note(sessionId) {
      const mark = randomUUID();
      const path = join(folder, sessionId, mark);
      mine.set(path, null);
      await mkdir(join(folder, sessionId), { recursive: true, mode: 0o700 });
      await writeFile(path, '');
      return {
        env: { [MARK]: mark },
        async started(pid) {
          mine.set(path, pid);
          const ticks = await startTicks(pid);
          if (ticks !== null) await writeFile(path, `${pid} ${ticks}`);
        },
        async gone() {
          mine.delete(path);
          await rm(path, { force: true });
        },
      };
    },
    async endLeftovers(sessionId) {
      for (const mark of await readdir(join(folder, sessionId)).catch(() => [])) {
        const path = join(folder, sessionId, mark);
        // Mine is of an attempt that is over for Temporal and has not heard of it yet, as after the computer slept.
        const isMine = mine.has(path);
        const pid = isMine ? (mine.get(path) ?? null) : await notedGroup(path);
        for (const group of pid === null ? await groupsMarked(mark) : [pid]) signalGroup(group, 'SIGKILL');
        if (!isMine) await rm(path, { force: true });
      }
    },
  };
}

/** Process numbers are given out again: only the one that began at the noted moment is meant. */
async function notedGroup(path: string): Promise<number | null> {
  const [, pid, ticks] = /^(\d+) (.+)$/.exec(await readFile(path, 'utf8').catch(() => '')) ?? [];
  return pid !== undefined && ticks === (await startTicks(Number(pid))) ? Number(pid) : null;
}

/** Groups with a process that was started with this mark; none where the system does not tell (only Linux does). */
async function groupsMarked(mark: string): Promise<ReadonlySet<number>> {
  const groups = new Set<number>();
  for (const pid of await readdir('/proc').catch(() => [])) {
    if (!/^\d+$/.test(pid)) continue;
    const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
    if (!environment.split('\0').includes(`${MARK}=${mark}`)) continue;
    const group = Number((await statFields(pid))?.[GROUP]);
    if (group > 1) groups.add(group);
  }
  return groups;
}

/** Of `/proc/<pid>/stat`, counted after the program's name: see proc(5). */
const [GROUP, START] = [2, 19];

/** When a process began, with the boot it belongs to; null where the system does not tell (only Linux does). */
export async function startTicks(pid: number): Promise<string | null> {
  const started = (await statFields(pid))?.[START];
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => null);
  return started === undefined || boot === null ? null : `${boot.trim()} ${started}`;
}

async function statFields(pid: number | string): Promise<readonly string[] | null> {
  const line = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  // The name may itself contain blanks and brackets.
  return line === null ? null : line.slice(line.lastIndexOf(')') + 2).split(' ');
}
