import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isErrno } from './processes.js';
/** Writes a file only its owner can read, whole or not at all. */
export async function writePrivateFile(path, text) {
    await mkdir(dirname(path), { recursive: true });
    const draft = `${path}.${randomBytes(6).toString('hex')}`;
    try {
        await writeFile(draft, text, { mode: 0o600, flag: 'wx' });
        await rename(draft, path);
    }
    finally {
        await rm(draft, { force: true });
    }
}
export async function readIfThere(path) {
    try {
        return await readFile(path, 'utf8');
    }
    catch (error) {
        if (isErrno(error, 'ENOENT'))
            return null;
        throw error;
    }
}
/** A JSON file specwright wrote itself; null when it is missing or was damaged. */
export async function readJsonIfThere(path) {
    const text = await readIfThere(path);
    try {
        return text === null ? null : JSON.parse(text);
    }
    catch {
        return null;
    }
}
