import { join } from 'node:path';
import { localRef, type Checkout } from './checkout.js';
import type { OnDesk, WorkFolder } from './work-folder.js';
import { WorkStopped } from './work-stopped.js';

/**
 * The one checkout, used for one session after another. What a session has not committed yet is put aside as a commit
 * under `refs/specwright/parked/` when another one needs the place, and is put back when it goes on. Every step can be
 * repeated after `kill -9`.
 */
export interface Desk {
  /** Ends what a killed worker began, and throws for changes that are not those of the session it was left with. */
  check(): Promise<void>;
  /** Makes the checkout the session's: its branch (the first), where there is one, and its uncommitted files. */
  enter(sessionId: string, branches: OnDesk['branches']): Promise<void>;
  /** Puts aside what the session here has not committed. */
  leave(): Promise<void>;
}

const parkedRef = (sessionId: string): string => `refs/specwright/parked/${sessionId}`;

export function createDesk(checkout: Checkout, folder: WorkFolder, say: (line: string) => void): Desk {
  const leave = async (): Promise<void> => {
    const { current } = folder.state();
    const dirt = await checkout.dirt();
    if (current === null) {
      if (dirt.length > 0) throw notMine(dirt);
      return;
    }
    if (dirt.length > 0 && !current.parked) {
      await checkout.abortMerge();
      await park(checkout, current.sessionId);
      await folder.save({ current: { ...current, parked: true } });
      say(
        `not committed in session ${current.sessionId}, put aside as ${parkedRef(current.sessionId)}: ${named(dirt)}`,
      );
    }
    if (dirt.length > 0) await clean(checkout);
    await folder.save({ current: null });
  };
  return {
    leave,
    async check() {
      const { current } = folder.state();
      const dirt = await checkout.dirt();
      const branch = await checkout.branch();
      const isMine = current !== null && branch !== null && current.branches.includes(branch);
      if (dirt.length > 0 && !isMine) throw notMine(dirt);
      if (current === null || !isMine) return;
      if (current.parked) await leave();
      else if (!current.restored && branch === current.branches[0]) await putBack(checkout, folder, current);
    },
    async enter(sessionId, branches) {
      const [branch] = branches;
      if (folder.state().current?.sessionId !== sessionId) {
        await leave();
        await folder.save({ current: { sessionId, branches, restored: false, parked: false } });
      }
      const current = folder.state().current!;
      if (!(await checkout.has(localRef(branch)))) return;
      await checkout.abortMerge();
      if ((await checkout.branch()) !== branch) await checkout.switchTo(branch);
      if (!current.restored) await putBack(checkout, folder, current);
    },
  };
}

/** In this order: a copy is kept until the files are known to be back. */
async function putBack(checkout: Checkout, folder: WorkFolder, current: OnDesk): Promise<void> {
  const { sessionId } = current;
  await unpark(checkout, sessionId);
  await folder.save({ current: { ...current, restored: true } });
  await checkout.git.run(['update-ref', '-d', parkedRef(sessionId)]);
}

function notMine(dirt: readonly string[]): WorkStopped {
  return new WorkStopped(
    'usage',
    `the checkout has changes that are no session's work: ${named(dirt)}; commit or stash them, or give another --dir`,
  );
}

const SOME = 5;

function named(dirt: readonly string[]): string {
  const more = dirt.length > SOME ? ` and ${dirt.length - SOME} more` : '';
  return `${dirt.slice(0, SOME).join(', ')}${more}`;
}

async function park({ git }: Checkout, sessionId: string): Promise<void> {
  const doing = 'uncommitted work could not be put aside';
  const gitDir = await git.text(doing, ['rev-parse', '--absolute-git-dir']);
  const env = { GIT_INDEX_FILE: join(gitDir, 'specwright-index') };
  await git.text(doing, ['read-tree', 'HEAD'], { env });
  await git.text(doing, ['add', '--all', '--', '.'], { env });
  const tree = await git.text(doing, ['write-tree'], { env });
  const who = ['-c', 'user.name=specwright', '-c', 'user.email=specwright@localhost'];
  const message = `Uncommitted work of session ${sessionId}`;
  const commit = await git.text(doing, [...who, 'commit-tree', '-p', 'HEAD', '-m', message, tree]);
  await git.text(doing, ['update-ref', parkedRef(sessionId), commit]);
}

async function clean({ git }: Checkout): Promise<void> {
  const doing = 'the checkout could not be cleaned';
  await git.text(doing, ['reset', '--quiet', '--hard', 'HEAD']);
  await git.text(doing, ['clean', '--quiet', '--force', '-d']);
}

/** Into the work tree alone: nothing of it is staged, as it was. */
async function unpark(checkout: Checkout, sessionId: string): Promise<void> {
  const ref = parkedRef(sessionId);
  if (!(await checkout.has(ref))) return;
  const doing = 'the work put aside could not be put back';
  await checkout.git.text(doing, ['restore', `--source=${ref}`, '--worktree', '--no-overlay', '--', '.']);
}
