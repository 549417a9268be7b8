import { stat } from 'node:fs/promises';
import { checkoutRef, prepareBranch } from './git/prepare-branch.js';
import { checkOut } from './git/workspace.js';
import { workFailed } from './work-failed.js';
/** The branch and a fresh workspace at its tip; repeatable at any point. */
export async function prepareWorkspace(host, sessionId, metadata, context) {
    const { branch, baseSha, remoteSha } = await makeWorkspace(host, sessionId, metadata, context);
    return {
        status: 'ok',
        evidence: { git: { branch, baseSha, ...(remoteSha === undefined ? {} : { remoteSha }) } },
        data: { workspace: host.workspaceOf(sessionId) },
    };
}
async function makeWorkspace(host, sessionId, metadata, context) {
    const { remote, branch, baseBranch, push } = metadata;
    context.progress(`preparing ${branch}`);
    const prepared = await host.caches.locked(remote, context.signal, (cache) => prepareBranch(cache, { sessionId, branch, baseBranch, push }));
    await replaceWorkspace(host, { sessionId, branch, sha: prepared.tip }, host.caches.open(remote, context.signal), context);
    return { ...prepared, branch };
}
/** Throws away what is in the session's workspace and checks the branch out anew. */
export async function replaceWorkspace(host, { sessionId, branch, sha }, cache, context) {
    await host.groups.endLeftovers(sessionId);
    const ref = checkoutRef(sessionId);
    await checkOut(host.git, {
        workspace: host.workspaceOf(sessionId),
        gitDir: cache.gitDir,
        branch,
        sha,
        committer: host.committer,
        beforeSwap: async () => await cache.moveRefs([{ ref, to: sha, from: await cache.tip(ref) }]),
    }, context.signal);
    context.progress(`workspace at ${sha.slice(0, 12)}`);
}
/**
 * The session's workspace; made again from the last known commit when this host does not have it, as after the loss of
 * another one. What was not committed there is gone, and judging will find that out.
 */
export async function workspaceFor(host, sessionId, metadata, context) {
    const workspace = host.workspaceOf(sessionId);
    await host.groups.endLeftovers(sessionId);
    const found = await stat(workspace).catch(() => null);
    if (found?.isDirectory())
        return workspace;
    if (metadata === null)
        throw workFailed('executor_lost', 'the workspace is not on this executor');
    await makeWorkspace(host, sessionId, metadata, context);
    return workspace;
}
