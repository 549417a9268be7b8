import type { FinalizeMetadata, ScriptLine } from '../domain/command.js';
import type { StepFacts } from '../domain/facts.js';
import { toolchainOf } from '../domain/toolchains/catalog.js';
import { pullRequestText } from '../prompts/pull-request.js';
import { admitted, badExit, failed, missingFiles, passed, unsure } from './judge.js';
import type { Step } from './step.js';
import { cwdOf, subjectOf, workspaceOf } from './workspace.js';

const TIMEOUT_MS = 5 * 60_000;
const SHA = /^[0-9a-f]{40,64}$/;

/** Stages exactly the declared files, commits, and for a root pushes and reads back. */
export const finalize: Step = {
  name: 'Finalize',
  buildCommand(facts) {
    const metadata = finalizeMetadata(facts);
    return {
      ok: true,
      command: {
        kind: 'finalize',
        title: `Deliver ${subjectOf(facts)}`,
        script: finalizeScript(metadata),
        cwd: cwdOf(facts),
        timeoutMs: TIMEOUT_MS,
        expects: { files: metadata.files.map((path) => ({ path, why: 'part of the delivery' })), testReports: [] },
        metadata,
        promptVersion: null,
      },
    };
  },
  judgeResult(input) {
    const wrong = admitted(input);
    if (wrong) return wrong;
    const exit = badExit(input.result);
    if (exit) return unsure(exit);
    const missing = missingFiles(input.command, input.result);
    if (missing) return failed(missing);
    const metadata = input.command.metadata as FinalizeMetadata;
    const { commit, remoteSha } = input.result.evidence?.git ?? {};
    if (commit === undefined || !SHA.test(commit)) {
      return failed({
        kind: 'invalid_output',
        message: 'evidence.git.commit must be the full SHA of the commit',
        rule: 'commit',
      });
    }
    if (!metadata.push) return passed({ commit });
    if (remoteSha !== commit) {
      const message = `the remote's ${metadata.branch} is ${remoteSha ?? 'not read back'}, expected ${commit}`;
      return failed({ kind: 'push_refused', message, rule: 'remote-sha' });
    }
    const compare = input.result.data?.['compare'];
    const pullRequest = pullRequestText(
      input.facts,
      metadata.branch,
      commit,
      typeof compare === 'string' ? compare : '',
    );
    return passed({ commit, remoteSha, pullRequest });
  },
};

function finalizeMetadata(facts: StepFacts): FinalizeMetadata {
  const { session, project } = facts;
  const toolchain = toolchainOf(project.toolchain);
  const components = session.component === null ? facts.components.map(({ name }) => name) : [session.component];
  const subject = session.component === null ? `context ${session.context}` : subjectOf(facts);
  return {
    ...workspaceOf(facts),
    files: components.map((name) => toolchain.implementationPath(session.context, name)),
    message: `Implement ${subject}`,
    trailers: { session: session.id, step: 'Finalize' },
  };
}

function finalizeScript({ files, branch, push, message, trailers }: FinalizeMetadata): readonly ScriptLine[] {
  const line = (argv: string[], okExitCodes = [0]): ScriptLine => ({
    argv,
    cwd: '.',
    timeoutMs: TIMEOUT_MS,
    okExitCodes,
  });
  const trailerArgs = [
    `--trailer=Specwright-Session: ${trailers.session}`,
    `--trailer=Specwright-Step: ${trailers.step}`,
  ];
  return [
    ...(push ? [line(['git', 'pull', '--ff-only', 'origin', branch])] : []),
    line(['git', 'add', '--', ...files]),
    line(['git', 'commit', '-m', message, ...trailerArgs], [0, 1]),
    ...(push
      ? [
          line(['git', 'push', 'origin', `HEAD:refs/heads/${branch}`]),
          line(['git', 'ls-remote', 'origin', `refs/heads/${branch}`]),
        ]
      : []),
    line(['git', 'rev-parse', 'HEAD']),
  ];
}
