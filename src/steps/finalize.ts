import type { FinalizeMetadata, ScriptLine } from '../domain/command.js';
import type { StepFacts } from '../domain/facts.js';
import type { JudgeInput } from '../domain/judging.js';
import type { PullRequest, Verdict } from '../domain/session.js';
import { deliveryTitle, pullRequestText } from '../prompts/pull-request.js';
import { delivered } from './deliverables.js';
import { admitted, badExit, failed, missingFiles, passed, unsure } from './judge.js';
import type { Step } from './step.js';
import { cwdOf, subjectOf, workspaceOf } from './workspace.js';

const TIMEOUT_MS = 5 * 60_000;
const SHA = /^[0-9a-f]{40,64}$/;

/** Stages exactly the declared files, commits, and for a root pushes, opens the pull request and reads both back. */
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
    const unseen = unseenPullRequest(input, metadata, commit);
    return unseen ?? passed({ commit, remoteSha, pullRequest: pullRequestOf(input, metadata) });
  },
};

function finalizeMetadata(facts: StepFacts): FinalizeMetadata {
  const workspace = workspaceOf(facts);
  const files = delivered(facts);
  const { forge } = facts.project;
  return {
    ...workspace,
    files,
    ...(facts.session.judged === null ? {} : { judged: facts.session.judged }),
    message: deliveryTitle(facts),
    trailers: { session: facts.session.id, step: 'Finalize' },
    pullRequest:
      workspace.push && forge !== null ? { forge, ...pullRequestText(facts, { ...workspace, files }) } : null,
  };
}

/** Where there is a forge, a delivery is complete only when its open pull request with this commit was seen there. */
function unseenPullRequest({ result }: JudgeInput, { pullRequest }: FinalizeMetadata, commit: string): Verdict | null {
  if (pullRequest === null || pullRequest === undefined) return null;
  const seen = result.evidence?.pullRequest;
  const where = `${pullRequest.forge.type} ${pullRequest.forge.repository}`;
  if (seen === undefined) {
    const message = `no pull request was seen on ${where}; open it and report it as evidence.pullRequest`;
    return failed({ kind: 'forge_error', message, rule: 'pull-request' });
  }
  // Merged with this very commit is delivered too: somebody was quicker than a repeated Finalize.
  if (seen.state !== 'closed' && seen.headSha === commit) return null;
  const message = `the pull request ${seen.url} is ${seen.state} at ${seen.headSha}, expected open at ${commit}`;
  return failed({ kind: 'forge_error', message, rule: 'pull-request' });
}

function pullRequestOf({ facts, result }: JudgeInput, metadata: FinalizeMetadata): PullRequest {
  const { title, body } = metadata.pullRequest ?? pullRequestText(facts, metadata);
  const compare = result.data?.['compare'];
  const seen = result.evidence?.pullRequest;
  return {
    title,
    body,
    compare: typeof compare === 'string' ? compare : '',
    ...(seen === undefined ? {} : { url: seen.url, number: seen.number }),
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
