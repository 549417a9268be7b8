import { createHash } from 'node:crypto';
import type { FinalizeMetadata } from '../../domain/command.js';
import type { FileEvidence } from '../../domain/evidence.js';
import { workFailed } from '../work-failed.js';
import type { LockedCache } from './cache.js';
import { compareText, diffstat } from './compare.js';
import {
  baseRef,
  checkNames,
  checkoutRef,
  headRef,
  prepareBranch,
  type BranchRequest,
  type PreparedBranch,
} from './prepare-branch.js';
import { checkRemoteBehind, pushBranch } from './push.js';
import { messageWithTrailers, type Repository } from './repository.js';
import { stageFiles } from './stage-files.js';

export interface FinalizeRequest extends BranchRequest {
  readonly workspace: string;
  readonly files: readonly string[];
  readonly judged?: FinalizeMetadata['judged'];
  readonly message: string;
  readonly trailers: { readonly session: string; readonly step: string };
  readonly temp: string;
  progress(line: string): void;
}

export interface Finalized {
  readonly commit: string;
  readonly baseSha: string;
  readonly remoteSha: string | null;
  readonly files: readonly FileEvidence[];
  readonly compare: string | null;
  readonly diffstat: string;
}

/** Commit, push, read back: each only where it has not happened yet, so that it can be repeated after any crash. */
export async function finalizeBranch(cache: LockedCache, request: FinalizeRequest): Promise<Finalized> {
  checkNames({ sessionId: request.sessionId, branches: [request.branch, request.baseBranch] });
  const { tip, baseSha } = await knownBranch(cache, request);
  const commit = (await earlierCommit(cache, request, baseSha, tip)) ?? (await newCommit(cache, request, tip));
  request.progress(`committed ${commit.slice(0, 12)}`);
  const remoteSha = request.push ? await pushBranch(cache, request.branch, commit) : null;
  if (remoteSha !== null) request.progress(`pushed ${request.branch}, read back ${remoteSha.slice(0, 12)}`);
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
async function knownBranch(cache: LockedCache, request: FinalizeRequest): Promise<PreparedBranch> {
  const tip = await cache.tip(headRef(request.branch));
  const baseSha = await cache.tip(baseRef(request.sessionId));
  return tip !== null && baseSha !== null ? { tip, baseSha } : await prepareBranch(cache, { ...request, push: false });
}

/** Only the tip is asked for by content: what a repetition must find is this session's commit of this step. */
async function earlierCommit(
  cache: Repository,
  { trailers }: FinalizeRequest,
  baseSha: string,
  tip: string,
): Promise<string | null> {
  const own = await cache.ownCommits(baseSha, tip);
  const found = own.some((commit) => commit.session === trailers.session && commit.step === trailers.step);
  // Later merges stand on it: the branch is pushed with them.
  return found ? tip : null;
}

async function newCommit(cache: Repository, request: FinalizeRequest, tip: string): Promise<string> {
  if (request.push) await checkRemoteBehind(cache, request.branch, tip);
  const checkout = (await cache.tip(checkoutRef(request.sessionId))) ?? tip;
  const tree = await stageFiles(cache, { ...request, tip, checkout });
  if (tree === null) return tip;
  const { session, step } = request.trailers;
  const commit = await cache.commit(tree, [tip], messageWithTrailers(request.message, session, step));
  await cache.moveRefs([{ ref: headRef(request.branch), to: commit, from: tip }]);
  return commit;
}

async function committedFiles(cache: Repository, commit: string, paths: readonly string[]): Promise<FileEvidence[]> {
  const entries = await cache.files(commit, paths);
  const missing = paths.filter((path) => !entries.has(path)).sort();
  if (missing.length > 0) {
    throw workFailed('missing_files', `not in the commit: ${missing.slice(0, 20).join(', ')}`, {
      ids: missing.slice(0, 20),
    });
  }
  const evidence: FileEvidence[] = [];
  for (const { path, sha } of entries.values()) {
    const hash = createHash('sha256');
    let bytes = 0;
    const count = (chunk: Buffer): void => {
      hash.update(chunk);
      bytes += chunk.length;
    };
    await cache.text('a file of the commit could not be read', ['cat-file', 'blob', sha], { onStdout: count });
    evidence.push({ path, sha256: hash.digest('hex'), bytes });
  }
  return evidence;
}
