import { childLabel } from '../../domain/children.js';
import { tail } from '../../domain/failures.js';
import { workFailed } from '../work-failed.js';
import type { LockedCache } from './cache.js';
import { catchUp, checkNames, headRef } from './prepare-branch.js';
import { checkRemoteBehind, pushBranch } from './push.js';
import { messageWithTrailers, type Repository } from './repository.js';

export interface MergeBranchRequest {
  /** The parent's session: its trailers are on the merge. */
  readonly sessionId: string;
  readonly parentBranch: string;
  readonly child: { readonly component: string; readonly branch: string };
  readonly push: boolean;
  progress(line: string): void;
}

/**
 * Merges a child's branch into its parent's without any work tree, and returns the merge commit. Pushed before the branch
 * moves in the cache: a refused push leaves nothing behind that a repetition, on top of what the remote has by
 * then, could not do again; a crash between the two is caught up with from the remote.
 */
export async function mergeBranch(cache: LockedCache, request: MergeBranchRequest): Promise<string> {
  const { parentBranch, child, push } = request;
  checkNames({ sessionId: request.sessionId, branches: [parentBranch, child.branch] });
  const known = await cache.tip(headRef(parentBranch));
  if (push || known === null) await cache.refresh();
  const parentTip = await catchUp(cache, parentBranch);
  if (parentTip === null) throw workFailed('command_failed', `the branch ${parentBranch} exists nowhere`);
  const childTip = await cache.tip(headRef(child.branch));
  if (childTip === null) throw workFailed('executor_lost', `the branch ${child.branch} is not on this executor's host`);
  if (await cache.isAncestor(childTip, parentTip)) {
    if (push) await pushBranch(cache, parentBranch, parentTip);
    return await earlierMerge(cache, request, parentTip, childTip);
  }
  if (push) await checkRemoteBehind(cache, parentBranch, parentTip);
  const tree = await mergeTrees(cache, parentTip, childTip, child.component);
  const message = messageWithTrailers(
    `Merge ${childLabel(child.component)}`,
    request.sessionId,
    stepOf(child.component),
  );
  const commit = await cache.commit(tree, [parentTip, childTip], message);
  if (push) {
    await pushBranch(cache, parentBranch, commit);
    request.progress(`pushed ${parentBranch}`);
  }
  await cache.moveRefs([{ ref: headRef(parentBranch), to: commit, from: parentTip }]);
  request.progress(`merged ${child.component} as ${commit.slice(0, 12)}`);
  return commit;
}

const stepOf = (component: string): string => `merge ${component}`;

/** The commit that brought the child in; the tip itself for a child that changed nothing. */
async function earlierMerge(
  cache: Repository,
  { sessionId, child }: MergeBranchRequest,
  parentTip: string,
  childTip: string,
): Promise<string> {
  const own = await cache.ownCommits(null, parentTip);
  const merge = own.find(
    ({ session, step, parents }) =>
      session === sessionId && step === stepOf(child.component) && parents[1] === childTip,
  );
  return merge?.sha ?? parentTip;
}

async function mergeTrees(cache: Repository, ours: string, theirs: string, component: string): Promise<string> {
  const merged = await cache.call(['merge-tree', '--write-tree', '-z', '--name-only', '--messages', ours, theirs]);
  const fields = merged.stdout.toString('utf8').split('\0');
  if (merged.exitCode === 0 && fields[0]) return fields[0];
  if (merged.exitCode !== 1) {
    const old = /usage:|unknown option/i.test(merged.stderr);
    const why = old ? 'git 2.38 or newer is needed to merge (git merge-tree --write-tree)' : 'git could not merge';
    throw workFailed('command_failed', why, { detail: tail(merged.stderr.trim(), 1_500) });
  }
  // <tree> <file>… <empty> <messages>: the empty field ends the list of files.
  const end = fields.indexOf('', 1);
  const files = [...new Set(fields.slice(1, end))].sort();
  const told = fields.slice(end + 1).filter((field) => field.includes('CONFLICT'));
  const sides = await bothSides(cache, fields[0]!, files);
  throw workFailed(
    'merge_conflict',
    `${component} conflicts with what was merged before it: ${tail(files.join(', '), 500)}`,
    {
      ids: files.slice(0, 20),
      detail: clipped([told.join('\n').trim(), ...sides].join('\n\n')),
    },
  );
}

const MAX_DETAIL = 4_000;
const MAX_SHOWN_FILES = 5;

/** The conflicting files as git merged them, both sides between its markers: whoever mends it needs both. */
async function bothSides(cache: Repository, tree: string, files: readonly string[]): Promise<readonly string[]> {
  const shown: string[] = [];
  for (const file of files.slice(0, MAX_SHOWN_FILES)) {
    const { exitCode, stdout } = await cache.call(['cat-file', 'blob', `${tree}:${file}`]);
    const text = stdout.toString('utf8');
    if (exitCode === 0 && text.includes('<<<<<<<')) shown.push(`${file}:\n${text}`);
  }
  return shown;
}

/** From the beginning: the first conflict is the one to look at first. */
function clipped(text: string): string {
  return (text.length <= MAX_DETAIL ? text : `${text.slice(0, MAX_DETAIL - 1)}…`)
    .replaceAll('\0', '\ufffd')
    .toWellFormed();
}
