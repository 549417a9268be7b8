import { admitted, badExit, failed, passed, unsure } from './judge.js';
import { subjectOf, workspaceOf } from './workspace.js';
const TIMEOUT_MS = 120_000;
const SHA = /^[0-9a-f]{40,64}$/;
/** Prepares the workspace: the session's branch from its base, checked out, and pushed for a root. */
export const initialize = {
    name: 'Initialize',
    buildCommand(facts) {
        const metadata = workspaceOf(facts);
        const line = (...argv) => ({ argv, cwd: '.', timeoutMs: TIMEOUT_MS, okExitCodes: [0] });
        const base = facts.session.parent === null ? `refs/remotes/origin/${metadata.baseBranch}` : metadata.baseBranch;
        const script = [
            line('git', 'fetch', 'origin'),
            line('git', 'switch', '--no-track', '--create', metadata.branch, base),
            ...(metadata.push ? [line('git', 'push', 'origin', `HEAD:refs/heads/${metadata.branch}`)] : []),
        ];
        return {
            ok: true,
            command: {
                kind: 'prepare_workspace',
                title: `Prepare a workspace for ${subjectOf(facts)}`,
                script,
                cwd: '.',
                timeoutMs: TIMEOUT_MS,
                expects: { files: [], testReports: [] },
                metadata,
                promptVersion: null,
            },
        };
    },
    judgeResult(input) {
        const wrong = admitted(input);
        if (wrong)
            return wrong;
        const exit = badExit(input.result);
        if (exit)
            return unsure(exit);
        const git = input.result.evidence?.git;
        const { branch } = input.command.metadata;
        if (git?.branch !== branch || git.baseSha === undefined || !SHA.test(git.baseSha)) {
            return failed({
                kind: 'invalid_output',
                message: `evidence.git must name branch ${branch} and the full baseSha it starts from`,
                rule: 'workspace-evidence',
            });
        }
        const workspace = input.result.data?.['workspace'];
        return passed({ branch, baseSha: git.baseSha, ...(typeof workspace === 'string' ? { workspace } : {}) });
    },
};
