import { isBranch, isSessionId } from '../../domain/names.js';
import { workFailed } from '../work-failed.js';
import { pushBranch } from './push.js';
export const headRef = (branch) => `refs/heads/${branch}`;
const trackedRef = (branch) => `refs/remotes/origin/${branch}`;
/** Remembers the session's base beside the branch, which moves on. */
export const baseRef = (sessionId) => `refs/specwright/base/${sessionId}`;
/** Remembers what the workspace was checked out at: nothing in the workspace can be asked, an agent may have changed it. */
export const checkoutRef = (sessionId) => `refs/specwright/checkout/${sessionId}`;
export function checkNames(names) {
    if (!isSessionId(names.sessionId))
        throw workFailed('command_failed', 'the session id is not usable as a folder name');
    for (const branch of names.branches) {
        if (isBranch(branch))
            continue;
        throw workFailed('command_failed', `${JSON.stringify(branch.slice(0, 200))} is not a branch name specwright accepts`);
    }
}
/** Makes the session's branch where it is missing; repeatable at any point, also after the cache was lost. */
export async function prepareBranch(cache, request) {
    const { sessionId, branch, baseBranch } = request;
    checkNames({ sessionId, branches: [branch, baseBranch] });
    await cache.refresh();
    const known = await catchUp(cache, branch);
    const storedBase = await cache.tip(baseRef(sessionId));
    const prepared = known !== null && storedBase !== null ? { tip: known, baseSha: storedBase } : await begin();
    if (!request.push)
        return prepared;
    return { ...prepared, remoteSha: await pushBranch(cache, branch, prepared.tip) };
    async function begin() {
        const base = await newestTip(cache, baseBranch);
        if (base === null)
            throw workFailed('command_failed', `the remote has no branch ${baseBranch} to start from`);
        const tip = known ?? storedBase ?? base;
        const baseSha = storedBase ?? (await meetingPoint(cache, tip, base));
        // One transaction: a base without its branch, or the other way round, is never seen.
        await cache.moveRefs([
            ...(known === null ? [{ ref: headRef(branch), to: tip, from: null }] : []),
            ...(storedBase === null ? [{ ref: baseRef(sessionId), to: baseSha, from: null }] : []),
        ]);
        return { tip, baseSha };
    }
}
/**
 * The branch's tip in the cache, moved forward when the remote is ahead of it; null when neither has it. Branches of one
 * tree are ahead in the cache, those a client pushed are ahead on the remote.
 */
export async function catchUp(cache, branch) {
    const own = await cache.tip(headRef(branch));
    const newest = await newestTip(cache, branch);
    if (newest !== null && newest !== own)
        await cache.moveRefs([{ ref: headRef(branch), to: newest, from: own }]);
    return newest;
}
async function newestTip(cache, branch) {
    const [own, theirs] = await Promise.all([cache.tip(headRef(branch)), cache.tip(trackedRef(branch))]);
    if (own === null || theirs === null)
        return own ?? theirs;
    return (await cache.isAncestor(own, theirs)) ? theirs : own;
}
async function meetingPoint(cache, tip, base) {
    const found = await cache.call(['merge-base', tip, base]);
    const sha = found.stdout.toString('utf8').trim().split('\n')[0] ?? '';
    return found.exitCode === 0 && sha !== '' ? sha : base;
}
