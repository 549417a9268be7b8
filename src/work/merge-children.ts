import type { ScriptLine } from '../domain/command.js';
import { workFailed } from '../runner/work-failed.js';
import type { Bench, CommandOf } from './bench.js';
import { localRef, type Checkout } from './checkout.js';
import { runGitLines } from './run-git-lines.js';
import { WorkStopped } from './work-stopped.js';

type Spawn = CommandOf<'spawn_children'>;
interface Progress {
  readonly signal: AbortSignal;
  progress(line: string): void;
}

/** The lines of a spawn command that merge its children, which is the client's to do where no executor serves the tree. */
export const mergeLines = ({ script }: Spawn): readonly ScriptLine[] =>
  script.filter(({ argv }) => argv[0] === 'git' && argv[1] === 'merge');
export const checkLines = ({ script }: Spawn): readonly ScriptLine[] =>
  script.filter(({ argv }) => !(argv[0] === 'git' && argv[1] === 'merge'));

/**
 * Merges children into the parent's branch, which has to be checked out; one that is merged already changes nothing. A
 * conflict is taken back and left to a person: an answer for the session would only say that it cannot be merged here.
 */
export async function mergeChildren(
  bench: Bench,
  spawn: Spawn,
  isWanted: (childSessionId: string) => boolean,
  progress: Progress,
): Promise<void> {
  const { checkout } = bench;
  for (const [index, line] of mergeLines(spawn).entries()) {
    const child = spawn.metadata.children[index];
    const branch = line.argv.at(-1) ?? '';
    if (child === undefined || !isWanted(child.sessionId)) continue;
    if (!(await checkout.has(localRef(branch)))) {
      throw new WorkStopped(
        'failed',
        `the branch ${branch} of ${child.component} is not in this checkout; fetch it from where it was made`,
      );
    }
    if (await isMerged(checkout, branch)) continue;
    await mergeOne(bench, line, branch, progress);
  }
}

async function isMerged({ git }: Checkout, branch: string): Promise<boolean> {
  return (await git.run(['merge-base', '--is-ancestor', localRef(branch), 'HEAD'])).exitCode === 0;
}

async function mergeOne(bench: Bench, line: ScriptLine, branch: string, progress: Progress): Promise<void> {
  const { checkout } = bench;
  try {
    await runGitLines(bench, [line], progress);
  } catch (error) {
    if (!(await checkout.has('MERGE_HEAD'))) throw error;
    const list = await checkout.git.text('the conflict could not be read', ['diff', '--name-only', '--diff-filter=U']);
    await checkout.abortMerge();
    const files = list.split('\n').filter(Boolean).slice(0, 10).join(', ');
    const into = (await checkout.branch()) ?? 'HEAD';
    if (files === '') throw workFailed('command_failed', `the merge of ${branch} into ${into} was refused`);
    throw new WorkStopped(
      'failed',
      `${branch} and ${into} both change ${files}; merge them by hand (git switch ${into}; git merge --no-ff ${branch}; git commit) and start again`,
    );
  }
}
