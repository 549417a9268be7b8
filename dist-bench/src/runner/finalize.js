import { finalizeBranch } from './git/finalize-branch.js';
import { clean } from './results.js';
/** Commits the declared files, pushes, and says only what was read back. */
export async function finalize(host, command, context) {
    const { metadata, sessionId } = command;
    await host.groups.endLeftovers(sessionId);
    const done = await host.caches.locked(metadata.remote, context.signal, (cache) => finalizeBranch(cache, {
        ...metadata,
        sessionId,
        workspace: host.workspaceOf(sessionId),
        temp: host.temp,
        progress: (line) => context.progress(line),
    }));
    const { branch } = metadata;
    const { commit, baseSha, remoteSha, files, compare } = done;
    const text = (value) => clean(value, host.secrets, 4_096);
    return {
        status: 'ok',
        evidence: { files, git: { branch, baseSha, commit, ...(remoteSha === null ? {} : { remoteSha }) } },
        data: { ...(compare === null ? {} : { compare: text(compare) }), diffstat: text(done.diffstat) },
    };
}
