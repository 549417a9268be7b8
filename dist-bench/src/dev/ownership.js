import { randomBytes } from 'node:crypto';
import { link, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { readIfThere, readJsonIfThere } from './private-file.js';
import { identifyProcess, isErrno, isRunning } from './processes.js';
const ownerFile = z.object({ pid: z.number(), startedAt: z.string() });
/**
 * One process at a time starts and ends the servers of a data folder. The owner is known by pid and start time, so a
 * killed one holds nothing.
 */
export async function takeOwnership(dataDir) {
    await mkdir(dataDir, { recursive: true });
    const path = join(dataDir, 'owner.json');
    const mine = JSON.stringify(await identifyProcess(process.pid));
    for (;;) {
        if (await createWhole(path, mine)) {
            return { kind: 'mine', release: () => removeIf(path, mine) };
        }
        const parsed = ownerFile.safeParse(await readJsonIfThere(path));
        if (parsed.success && (await isRunning(parsed.data)))
            return { kind: 'other', owner: parsed.data };
        await removeIf(path, parsed.success ? JSON.stringify(parsed.data) : null);
    }
}
/** False when the file is there already; readers never see half of it. */
async function createWhole(path, text) {
    const draft = `${path}.${randomBytes(6).toString('hex')}`;
    await writeFile(draft, text, { mode: 0o600 });
    try {
        await link(draft, path);
        return true;
    }
    catch (error) {
        if (isErrno(error, 'EEXIST'))
            return false;
        throw error;
    }
    finally {
        await rm(draft, { force: true });
    }
}
/** Moves the file away before looking at it, so that of two processes that clear one stale owner only one does. */
async function removeIf(path, expected) {
    const aside = `${path}.${randomBytes(6).toString('hex')}`;
    try {
        await rename(path, aside);
    }
    catch (error) {
        if (isErrno(error, 'ENOENT'))
            return;
        throw error;
    }
    const text = await readIfThere(aside);
    if (expected !== null && text !== expected && text !== null)
        await createWhole(path, text);
    await rm(aside, { force: true });
}
