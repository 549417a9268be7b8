import { randomUUID } from 'node:crypto';
import { open, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
/** The holder shows that it lives by touching the file this often … */
const TOUCH_MS = 2_000;
/** … so that one this old belongs to nobody: a host that died, or a process in another container. */
const ABANDONED_MS = 30_000;
const RETRY_MS = 50;
/** Tells this process from an earlier one with the same number, which is common in containers. */
const INSTANCE = randomUUID();
/**
 * Runs `work` while no other executor process of the host changes the cache. It keeps fetches and pushes from getting in
 * each other's way; that nothing is lost does not hang on it, for every ref is changed with its old value named.
 */
export async function withFileLock(path, signal, work) {
    await acquire(path, signal);
    const touch = setInterval(() => void utimes(path, new Date(), new Date()).catch(() => undefined), TOUCH_MS);
    try {
        return await work();
    }
    finally {
        clearInterval(touch);
        if ((await readHolder(path))?.instance === INSTANCE)
            await rm(path, { force: true });
    }
}
async function acquire(path, signal) {
    const self = { host: hostname(), pid: process.pid, instance: INSTANCE };
    for (;;) {
        signal.throwIfAborted();
        try {
            const file = await open(path, 'wx', 0o600);
            await file.writeFile(JSON.stringify(self)).finally(() => file.close());
            return;
        }
        catch (error) {
            if (error.code !== 'EEXIST')
                throw error;
        }
        if (await isAbandoned(path))
            await putAside(path);
        else
            await sleep(RETRY_MS, undefined, { signal }).catch(() => signal.throwIfAborted());
    }
}
async function putAside(path) {
    const aside = `${path}.${randomUUID()}`;
    await rename(path, aside).catch(() => undefined);
    await rm(aside, { force: true });
}
async function isAbandoned(path) {
    const [holder, stats] = await Promise.all([readHolder(path), stat(path).catch(() => null)]);
    if (stats === null)
        return false;
    if (Date.now() - stats.mtimeMs > ABANDONED_MS)
        return true;
    if (holder === null || holder.host !== hostname())
        return false;
    return holder.pid === process.pid ? holder.instance !== INSTANCE : !isAlive(holder.pid);
}
async function readHolder(path) {
    try {
        return JSON.parse(await readFile(path, 'utf8'));
    }
    catch {
        // Gone, or its holder is just writing it.
        return null;
    }
}
function isAlive(pid) {
    try {
        process.kill(pid, 0);
        return true;
    }
    catch (error) {
        return error.code === 'EPERM';
    }
}
