import { mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Report } from '../domain/result.js';
import { startTicks } from '../runner/leftover-processes.js';
import { WorkStopped } from './work-stopped.js';

/** Whose uncommitted work is in the checkout. */
export interface OnDesk {
  readonly sessionId: string;
  /** Branches the checkout may be on meanwhile: the session's own first, then its parent's, into which siblings are merged. */
  readonly branches: readonly [string, ...string[]];
  /** What was put aside for the session is back; until then a copy of it is still kept. */
  readonly restored: boolean;
  /** It is put aside whole; the checkout is only to be cleaned. */
  readonly parked: boolean;
}

/** What survives `kill -9`. */
export interface WorkState {
  readonly owner: string | null;
  readonly current: OnDesk | null;
  /** A report that was made and maybe not answered: sent again as it is. */
  readonly report: (Report & { readonly sessionId: string }) | null;
}

/** `<checkout>/.specwright/work`: the worker's own memory, in no commit. */
export interface WorkFolder {
  readonly path: string;
  state(): WorkState;
  save(change: Partial<WorkState>): Promise<void>;
  /** Lets the next worker in. */
  close(): Promise<void>;
}

const EMPTY: WorkState = { owner: null, current: null, report: null };

/** Opens it for one process: two in one checkout would write over each other's files. */
export async function openWorkFolder(root: string): Promise<WorkFolder> {
  const path = join(root, '.specwright', 'work');
  await mkdir(path, { recursive: true, mode: 0o700 });
  const lock = join(path, 'lock');
  await takeLock(lock);
  const file = join(path, 'state.json');
  let state: WorkState = { ...EMPTY, ...((await readJson(file)) as Partial<WorkState> | null) };
  return {
    path,
    state: () => state,
    async save(change) {
      state = { ...state, ...change };
      await writeFile(`${file}.new`, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600, flush: true });
      await rename(`${file}.new`, file);
    },
    close: () => rm(lock, { force: true }),
  };
}

async function takeLock(path: string): Promise<void> {
  const mine = JSON.stringify({ pid: process.pid, started: await startTicks(process.pid) });
  for (;;) {
    try {
      const handle = await open(path, 'wx', 0o600);
      await handle.writeFile(mine).finally(() => handle.close());
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const holder = (await readJson(path)) as { pid: number; started: string | null } | null;
    if (holder !== null && (await isRunning(holder))) {
      throw new WorkStopped(
        'usage',
        `process ${holder.pid} works in this checkout already; end it, or give another --dir`,
      );
    }
    await rm(path, { force: true });
  }
}

/** Process numbers are given out again: only the one that began at the noted moment is meant. */
async function isRunning({ pid, started }: { pid: number; started: string | null }): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  return started === null || started === (await startTicks(pid));
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch {
    return null;
  }
}
