import { createHash, randomUUID } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { LOCAL_REMOTE_FIX, localRemoteFault, type LocalRemotes, remoteFault } from '../../domain/remote.js';
import { makeFolder } from '../workspace-files.js';
import { workFailed } from '../work-failed.js';
import { withFileLock } from './cache-lock.js';
import { gitText, type Git } from './git.js';
import { Repository } from './repository.js';

/** The cache while it may be changed: one at a time per remote, on the whole host. */
export interface LockedCache extends Repository {
  /** Fetches, unless somebody else fetched after this turn was asked for. */
  refresh(): Promise<void>;
}

export interface Caches {
  /** Waits for the remote's cache, makes it when missing, and gives it to `work` alone. */
  locked<T>(remote: string, signal: AbortSignal, work: (cache: LockedCache) => Promise<T>): Promise<T>;
  /** For reading: what is there may change meanwhile. */
  open(remote: string, signal: AbortSignal): Repository;
}

export function createCaches(root: string, git: Git, localRemotes: LocalRemotes): Caches {
  const queues = new Map<string, Promise<unknown>>();
  const fetchedAt = new Map<string, number>();
  const locate = (remote: string): string => {
    checkRemote(remote, localRemotes);
    return join(root, `${createHash('sha256').update(remote).digest('hex').slice(0, 32)}.git`);
  };
  return {
    open: (remote, signal) => new Repository(locate(remote), remote, git, signal),
    async locked(remote, signal, work) {
      const gitDir = locate(remote);
      const askedAt = performance.now();
      return await inTurn(queues, gitDir, async () => {
        signal.throwIfAborted();
        await makeFolder(root);
        return await withFileLock(`${gitDir}.lock`, signal, async () => {
          await makeCache(root, gitDir, git, signal);
          const cache = new Repository(gitDir, remote, git, signal);
          const refresh = async (): Promise<void> => {
            if ((fetchedAt.get(gitDir) ?? -1) >= askedAt) return;
            const startedAt = performance.now();
            await cache.fetch();
            fetchedAt.set(gitDir, startedAt);
          };
          return await work(Object.assign(cache, { refresh }));
        });
      });
    },
  };
}

/** Whatever the project's model says: the executor's operator decides what its git is given. */
function checkRemote(remote: string, localRemotes: LocalRemotes): void {
  const known = /^(?:\/|file:\/\/\/|https:\/\/|ssh:\/\/|[\w.-]+@[\w.-]+:)/.test(remote) && remote.length <= 2_000;
  if (!known) {
    throw workFailed('command_failed', 'the remote must be an absolute path or a file, https or ssh address');
  }
  const unfit = remoteFault(remote);
  if (unfit !== null) throw workFailed('command_failed', `the remote ${unfit}; correct it in the project`);
  const forbidden = localRemoteFault(remote, localRemotes, realPath);
  if (forbidden !== null) throw workFailed('not_authorized', `the remote ${forbidden}; ${LOCAL_REMOTE_FIX}`);
}

/** Where links lead; for what is not there, where its folder is. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const folder = dirname(path);
    return folder === path ? path : join(realPath(folder), basename(path));
  }
}

async function inTurn<T>(queues: Map<string, Promise<unknown>>, key: string, work: () => Promise<T>): Promise<T> {
  const before = queues.get(key) ?? Promise.resolve();
  const turn = before.then(work, work);
  queues.set(key, turn);
  try {
    return await turn;
  } finally {
    if (queues.get(key) === turn) queues.delete(key);
  }
}

async function makeCache(root: string, gitDir: string, git: Git, signal: AbortSignal): Promise<void> {
  if (await stat(gitDir).catch(() => null)) return;
  const draft = join(root, `.new-${randomUUID()}`);
  try {
    // Renamed when it is whole, so that a crash leaves no half cache.
    const args = ['init', '--bare', '--quiet', '--template=', '--initial-branch=main', '--', draft];
    await gitText(git, args, { signal }, 'the cache could not be made');
    await rename(draft, gitDir);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}
