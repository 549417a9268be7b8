import { createHash } from 'node:crypto';
import { workFailed } from '../work-failed.js';
import { compareText, diffstat } from './compare.js';
import { baseRef, checkNames, checkoutRef, headRef, prepareBranch, } from './prepare-branch.js';
import { checkRemoteBehind, pushBranch } from './push.js';
import { messageWithTrailers } from './repository.js';
import { stageFiles } from './stage-files.js';
/** Commit, push, read back: each only where it has not happened yet, so that it can be repeated after any crash. */
export async function finalizeBranch(cache, request) {
    checkNames({ sessionId: request.sessionId, branches: [request.branch, request.baseBranch] });
    const { tip, baseSha } = await knownBranch(cache, request);
    const commit = (await earlierCommit(cache, request, baseSha, tip)) ?? (await newCommit(cache, request, tip));
    request.progress(`committed ${commit.slice(0, 12)}`);
    const remoteSha = request.push ? await pushBranch(cache, request.branch, commit) : null;
    if (remoteSha !== null)
        request.progress(`pushed ${request.branch}, read back ${remoteSha.slice(0, 12)}`);
    return {
        commit,
        baseSha,
        remoteSha,
        files: await committedFiles(cache, commit, request.files),
        compare: request.push ? await compareText(cache, baseSha, commit, request.branch) : null,
        diffstat: await diffstat(cache, baseSha, commit),
    };
}
/** The branch as the cache has it; only a cache that was lost is filled from the remote again. */
async function knownBranch(cache, request) {
    const tip = await cache.tip(headRef(request.branch));
    const baseSha = await cache.tip(baseRef(request.sessionId));
    return tip !== null && baseSha !== null ? { tip, baseSha } : await prepareBranch(cache, { ...request, push: false });
}
/** Only the tip is asked for by content: what a repetition must find is this session's commit of this step. */
async function earlierCommit(cache, { trailers }, baseSha, tip) {
    const own = await cache.ownCommits(baseSha, tip);
    const found = own.some((commit) => commit.session === trailers.session && commit.step === trailers.step);
    // Later merges stand on it: the branch is pushed with them.
    return found ? tip : null;
}
async function newCommit(cache, request, tip) {
    if (request.push)
        await checkRemoteBehind(cache, request.branch, tip);
    const checkout = (await cache.tip(checkoutRef(request.sessionId))) ?? tip;
    const tree = await stageFiles(cache, { ...request, tip, checkout });
    if (tree === null)
        return tip;
    const { session, step } = request.trailers;
    const commit = await cache.commit(tree, [tip], messageWithTrailers(request.message, session, step));
    await cache.moveRefs([{ ref: headRef(request.branch), to: commit, from: tip }]);
    return commit;
}
async function committedFiles(cache, commit, paths) {
    const entries = await cache.files(commit, paths);
    const missing = paths.filter((path) => !entries.has(path)).sort();
    if (missing.length > 0) {
        throw workFailed('missing_files', `not in the commit: ${missing.slice(0, 20).join(', ')}`, {
            ids: missing.slice(0, 20),
        });
    }
    const evidence = [];
    for (const { path, sha } of entries.values()) {
        const hash = createHash('sha256');
        let bytes = 0;
        const count = (chunk) => {
            hash.update(chunk);
            bytes += chunk.length;
        };
        await cache.text('a file of the commit could not be read', ['cat-file', 'blob', sha], { onStdout: count });
        evidence.push({ path, sha256: hash.digest('hex'), bytes });
    }
    return evidence;
}
