import type { PullRequestEvidence } from '../domain/evidence.js';
import type { Result } from '../domain/result.js';
import { collectFiles } from '../runner/collect.js';
import { openPullRequest } from '../runner/forges/open-pull-request.js';
import { failedResult, failureFrom } from '../runner/results.js';
import { workFailed } from '../runner/work-failed.js';
import type { Bench, CommandOf, Task } from './bench.js';
import { runGitLines } from './run-git-lines.js';

/** Commits the declared files by the command's script, and says only what was read back. */
export async function deliver(bench: Bench, task: Task<CommandOf<'finalize'>>): Promise<Result> {
  const { checkout, secrets } = bench;
  const { command, workspace, context } = task;
  const { branch, push, files } = command.metadata;
  const found = await collectFiles(workspace, command.expects, context.signal);
  checkJudged(command, found);
  await runGitLines(bench, command.script, context);
  await checkCommitted(bench, files);
  const commit = await checkout.head();
  const remoteSha = push ? await remoteTip(bench, branch) : null;
  const git = { branch, commit, ...(remoteSha === null ? {} : { remoteSha }) };
  const evidence = { files: found, git };
  try {
    const pullRequest = await pullRequestOf(bench, task, commit);
    return { status: 'ok', evidence: pullRequest === null ? evidence : { ...evidence, pullRequest } };
  } catch (error) {
    // Committed and pushed stays true, whatever the forge says.
    return failedResult(failureFrom(error, secrets), { evidence });
  }
}

/** What was changed after it was judged is not what was judged. INV-32. */
function checkJudged(
  { metadata }: CommandOf<'finalize'>,
  found: readonly { readonly path: string; readonly sha256: string }[],
): void {
  const { judged } = metadata;
  if (judged === undefined) return;
  const hashes = new Map(judged.map(({ path, sha256 }) => [path, sha256]));
  const other = found.flatMap(({ path, sha256 }) => (hashes.get(path) === sha256 ? [] : [path])).sort();
  if (other.length === 0) return;
  const message = `changed after they were judged: ${other.join(', ').slice(0, 500)}`;
  throw workFailed('invalid_output', message, { rule: 'judged-files', ids: other.slice(0, 20) });
}

/** Nothing to commit and a hook that refuses have the same exit code. */
async function checkCommitted({ checkout }: Bench, files: readonly string[]): Promise<void> {
  const list = await checkout.git.text('the commit could not be checked', ['status', '--porcelain=v1', '--', ...files]);
  if (list !== '')
    throw workFailed('command_failed', 'the files are not committed: git commit refused them', { detail: list });
}

async function remoteTip({ checkout }: Bench, branch: string): Promise<string> {
  const ref = `refs/heads/${branch}`;
  const listed = await checkout.git.text('the remote could not be asked', ['ls-remote', '--heads', 'origin', ref]);
  return listed.split(/\s/)[0] ?? '';
}

async function pullRequestOf(
  { forges }: Bench,
  { command: { metadata }, context }: Task<CommandOf<'finalize'>>,
  commit: string,
): Promise<PullRequestEvidence | null> {
  const { pullRequest, branch, baseBranch } = metadata;
  if (pullRequest === undefined || pullRequest === null) return null;
  const { forge, title, body } = pullRequest;
  return openPullRequest(forge, { branch, baseBranch, commit, title, body }, forges, context);
}
