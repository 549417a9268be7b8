import { tail } from '../../domain/failures.js';
import { workFailed } from '../work-failed.js';
/** Throws `push_refused` unless the remote's branch is missing or only has what `sha` contains. Returns its tip. */
export async function checkRemoteBehind(cache, branch, sha) {
    const there = await cache.remoteTip(branch);
    if (there === null || there === sha)
        return there;
    // A tip the cache has never seen cannot be an ancestor of what is in it.
    if (await cache.isAncestor(there, sha))
        return there;
    throw workFailed('push_refused', `the remote's branch ${branch} has commits that are not specwright's (${there.slice(0, 12)}); it is never overwritten`, { ids: [branch] });
}
/**
 * Pushes one commit to one branch, without force, and returns the remote's tip only after reading it back. When the push
 * says it failed, the remote decides: an answer may have been lost on the way.
 */
export async function pushBranch(cache, branch, sha) {
    const before = await checkRemoteBehind(cache, branch, sha);
    if (before === sha)
        return sha;
    const options = ['--quiet', '--no-verify', '--no-follow-tags', '--no-signed', '--recurse-submodules=no'];
    const pushed = await cache.call(['push', ...options, '--', cache.remote, `${sha}:refs/heads/${branch}`]);
    const after = await cache.remoteTip(branch);
    if (after === sha)
        return sha;
    const said = tail(pushed.stderr.trim(), 1_500);
    if (after !== before || /rejected|declined|denied|protected/i.test(said)) {
        throw workFailed('push_refused', `the remote refused ${branch}`, { detail: said, ids: [branch] });
    }
    throw workFailed('command_failed', `${branch} could not be pushed`, { detail: said });
}
