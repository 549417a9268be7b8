import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { lstat, mkdir, open, realpath, rm } from 'node:fs/promises';
import { basename, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { isRepositoryPath } from '../domain/names.js';
import { workFailed } from './work-failed.js';
/**
 * Opens a regular file at a path inside the workspace; null when there is nothing. A symbolic link anywhere on the way, or
 * something that is no regular file, is refused: an agent could point it at any file of the host.
 */
export async function openRegularFile(workspace, path) {
    const absolute = await resolveInside(workspace, path);
    if (absolute === null)
        return null;
    // O_NONBLOCK: opening a named pipe must not wait for somebody to write to it.
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
    const handle = await open(absolute, flags).catch((error) => {
        throw refusedFile(path, `cannot be opened (${error.code ?? 'unknown'})`);
    });
    try {
        const stats = await handle.stat();
        if (!stats.isFile())
            throw refusedFile(path, 'is not a regular file');
        // A folder on the way may have become a link between the look and the opening.
        const again = await resolveInside(workspace, path);
        const now = again === null ? null : await lstat(again);
        if (now?.ino !== stats.ino || now.dev !== stats.dev)
            throw refusedFile(path, 'changed while it was read');
        return { handle, stats };
    }
    catch (error) {
        await handle.close();
        throw error;
    }
}
/** Path, hash and size of a regular file, or null when it is not there. */
export async function fileEvidence(workspace, path, signal) {
    const file = await openRegularFile(workspace, path);
    if (file === null)
        return null;
    try {
        const hash = createHash('sha256');
        let bytes = 0;
        for await (const chunk of file.handle.createReadStream({ autoClose: false })) {
            signal.throwIfAborted();
            hash.update(chunk);
            bytes += chunk.length;
        }
        return { path, sha256: hash.digest('hex'), bytes };
    }
    finally {
        await file.handle.close();
    }
}
/** Makes room for a file a command will write: its folder is there, an old file of that name is not. */
export async function clearPlaceFor(workspace, path) {
    checkPath(path);
    const folders = path.split('/').slice(0, -1);
    let at = await realpath(workspace);
    for (const folder of folders) {
        at = join(at, folder);
        await mkdir(at).catch((error) => {
            if (error.code !== 'EEXIST')
                throw error;
        });
        if (!(await lstat(at)).isDirectory())
            throw refusedFile(path, 'has something on its way that is no folder');
    }
    await rm(join(at, path.split('/').at(-1)), { recursive: true, force: true });
}
/**
 * The folder a command runs in. It was written down when the workspace was prepared; after the loss of that host the same
 * session's workspace is somewhere else.
 */
export async function commandFolder(workspace, cwd) {
    const isWorkspace = isAbsolute(cwd) && basename(cwd) === basename(workspace);
    return await folderInside(workspace, isWorkspace ? '.' : cwd);
}
/** The absolute form of a command's folder, which has to be inside the workspace also when links are followed. */
export async function folderInside(workspace, cwd) {
    const home = await realpath(workspace);
    const wanted = isAbsolute(cwd) ? cwd : resolve(home, cwd);
    const real = await realpath(wanted).catch(() => null);
    if (real === null)
        throw workFailed('command_failed', `the folder ${cwd} does not exist in the workspace`);
    const way = relative(home, real);
    if (way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way)) {
        throw workFailed('command_failed', `the folder ${cwd} is outside the workspace`);
    }
    return real;
}
async function resolveInside(workspace, path) {
    checkPath(path);
    const parts = path.split('/');
    let at = await realpath(workspace).catch(() => null);
    if (at === null)
        return null;
    for (const [index, part] of parts.entries()) {
        at = join(at, part);
        const stats = await lstat(at).catch(() => null);
        if (stats === null)
            return null;
        if (stats.isSymbolicLink())
            throw refusedFile(path, 'is reached through a symbolic link');
        if (index < parts.length - 1 && !stats.isDirectory())
            return null;
    }
    return at;
}
function checkPath(path) {
    if (!isRepositoryPath(path)) {
        throw workFailed('command_failed', `${JSON.stringify(path.slice(0, 200))} is not a path inside the repository`);
    }
}
function refusedFile(path, why) {
    return workFailed('invalid_output', `${path} ${why}`, { file: path, ids: [path] });
}
/** Makes a folder and its parents, for the executor's own files. */
export async function makeFolder(path) {
    await mkdir(path, { recursive: true, mode: 0o700 });
}
