import { createHash, randomUUID } from 'node:crypto';
import { rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '../workspace-files.js';
import { workFailed } from '../work-failed.js';
import { withFileLock } from './cache-lock.js';
import { gitText } from './git.js';
import { Repository } from './repository.js';
export function createCaches(root, git) {
    const queues = new Map();
    const fetchedAt = new Map();
    const locate = (remote) => {
        checkRemote(remote);
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
                    const refresh = async () => {
                        if ((fetchedAt.get(gitDir) ?? -1) >= askedAt)
                            return;
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
/** Why git may not be given this remote, as a failure: what starts with `-` is an option, `ext::` runs a program. */
export function checkRemote(remote) {
    const known = /^(?:\/|file:\/\/|https:\/\/|ssh:\/\/|[\w.-]+@[\w.-]+:)/.test(remote);
    if (known && !/[\p{Cc}]/u.test(remote) && remote.length <= 2_000)
        return;
    throw workFailed('command_failed', 'the remote must be an absolute path or a file, https or ssh address');
}
async function inTurn(queues, key, work) {
    const before = queues.get(key) ?? Promise.resolve();
    const turn = before.then(work, work);
    queues.set(key, turn);
    try {
        return await turn;
    }
    finally {
        if (queues.get(key) === turn)
            queues.delete(key);
    }
}
async function makeCache(root, gitDir, git, signal) {
    if (await stat(gitDir).catch(() => null))
        return;
    const draft = join(root, `.new-${randomUUID()}`);
    try {
        // Renamed when it is whole, so that a crash leaves no half cache.
        const args = ['init', '--bare', '--quiet', '--template=', '--initial-branch=main', '--', draft];
        await gitText(git, args, { signal }, 'the cache could not be made');
        await rename(draft, gitDir);
    }
    finally {
        await rm(draft, { recursive: true, force: true });
    }
}
