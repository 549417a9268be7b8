import { randomUUID } from 'node:crypto';
import { appendFile, chmod, mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '../workspace-files.js';
import { gitText } from './git.js';
/** Drafts this old belong to a run that was killed. */
const LITTER_MS = 60 * 60_000;
/**
 * A repository of its own that borrows the cache's objects, not a linked worktree: whatever an agent writes into its
 * `.git` reaches nothing that specwright reads. Built aside and renamed into place, so that it is whole or not there, and
 * a process left over from before cannot write into it while git works in it.
 */
export async function checkOut(git, request, signal) {
    const folder = join(request.workspace, '..');
    await makeFolder(folder);
    await removeLitter(folder);
    const draft = join(folder, `.new-${randomUUID()}`);
    try {
        await fill(git, draft, request, signal);
        await removeWorkspace(request.workspace);
        await request.beforeSwap();
        await rename(draft, request.workspace);
    }
    finally {
        await removeTree(draft);
    }
}
/** Renamed first: afterwards the workspace is not there, even if removing is cut short. */
export async function removeWorkspace(workspace) {
    const aside = join(workspace, '..', `.old-${randomUUID()}`);
    try {
        await rename(workspace, aside);
    }
    catch (error) {
        if (error.code === 'ENOENT')
            return;
        throw error;
    }
    await removeTree(aside);
}
async function fill(git, draft, request, signal) {
    const doing = 'the workspace could not be made';
    const init = ['init', '--quiet', '--template=', `--initial-branch=${request.branch}`, '--', draft];
    await gitText(git, init, { signal }, doing);
    const gitDir = join(draft, '.git');
    await mkdir(join(gitDir, 'info'), { recursive: true });
    await mkdir(join(gitDir, 'objects', 'info'), { recursive: true });
    await writeFile(join(gitDir, 'objects', 'info', 'alternates'), `${join(request.gitDir, 'objects')}\n`);
    await writeFile(join(gitDir, 'info', 'exclude'), '/.specwright/\n');
    // So that an agent that commits for itself can; specwright never reads these commits.
    const { name, email } = request.committer;
    await appendFile(join(gitDir, 'config'), `[user]\n\tname = ${quoted(name)}\n\temail = ${quoted(email)}\n[gc]\n\tauto = 0\n`);
    const inDraft = [`--git-dir=${gitDir}`, `--work-tree=${draft}`];
    await gitText(git, [...inDraft, 'reset', '--quiet', '--hard', request.sha, '--'], { cwd: draft, signal }, doing);
}
function quoted(value) {
    return `"${value.replace(/[\p{Cc}]/gu, ' ').replace(/["\\]/g, '\\$&')}"`;
}
async function removeLitter(folder) {
    for (const name of await readdir(folder)) {
        if (!name.startsWith('.new-') && !name.startsWith('.old-'))
            continue;
        const stats = await stat(join(folder, name)).catch(() => null);
        if (stats !== null && Date.now() - stats.mtimeMs > LITTER_MS)
            await removeTree(join(folder, name));
    }
}
/** Also removes folders that were made read-only, as package managers do. */
async function removeTree(path) {
    try {
        await rm(path, { recursive: true, force: true, maxRetries: 3 });
    }
    catch {
        await unlockFolders(path);
        await rm(path, { recursive: true, force: true, maxRetries: 3 });
    }
}
async function unlockFolders(path) {
    await chmod(path, 0o700).catch(() => undefined);
    for (const entry of await readdir(path, { withFileTypes: true }).catch(() => [])) {
        if (entry.isDirectory())
            await unlockFolders(join(path, entry.name));
    }
}
