import type { Command, FinalizeMetadata } from '../domain/command.js';
import type { PullRequestEvidence } from '../domain/evidence.js';
import type { Result } from '../domain/result.js';
import type { RunContext } from '../ports/runner.js';
import { openPullRequest } from './forges/open-pull-request.js';
import { finalizeBranch } from './git/finalize-branch.js';
import { removeWorkspace } from './git/workspace.js';
import type { Host } from './host.js';
import { clean, failedResult, failureFrom } from './results.js';

/** Commits the declared files, pushes, opens the pull request, and says only what was read back. */
export async function finalize(
  host: Host,
  command: Extract<Command, { kind: 'finalize' }>,
  context: RunContext,
): Promise<Result> {
  const { metadata, sessionId } = command;
  await host.groups.endLeftovers(sessionId);
  const done = await host.caches.locked(metadata.remote, context.signal, (cache) =>
    finalizeBranch(cache, {
      ...metadata,
      sessionId,
      workspace: host.workspaceOf(sessionId),
      temp: host.temp,
      progress: (line) => context.progress(line),
    }),
  );
  const { branch } = metadata;
  const { commit, baseSha, remoteSha, files, compare } = done;
  const text = (value: string): string => clean(value, host.secrets, 4_096);
  const evidence = { files, git: { branch, baseSha, commit, ...(remoteSha === null ? {} : { remoteSha }) } };
  const data = { ...(compare === null ? {} : { compare: text(compare) }), diffstat: text(done.diffstat) };
  try {
    const pullRequest = await pullRequestOf(host, metadata, commit, context);
    // Delivered: the branch has it all. A child's is removed when it is merged.
    if (metadata.push) await removeWorkspace(host.workspaceOf(sessionId));
    return { status: 'ok', evidence: pullRequest === null ? evidence : { ...evidence, pullRequest }, data };
  } catch (error) {
    // Committed and pushed stays true, whatever the forge says.
    return failedResult(failureFrom(error, host.secrets), { evidence, data });
  }
}

async function pullRequestOf(
  host: Host,
  { pullRequest, branch, baseBranch }: FinalizeMetadata,
  commit: string,
  context: RunContext,
): Promise<PullRequestEvidence | null> {
  if (pullRequest === undefined || pullRequest === null) return null;
  // It may be public: what is masked in a result is masked there as well.
  const shown = (value: string): string => clean(value, host.secrets, value.length);
  const wanted = { branch, baseBranch, commit, title: shown(pullRequest.title), body: shown(pullRequest.body) };
  const found = await openPullRequest(pullRequest.forge, wanted, host.forges, context);
  return { ...found, url: shown(found.url) };
}
