import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Environment } from '../runner/process-environment.js';
import { createUserGit, type UserGit } from './user-git.js';
import { WorkStopped } from './work-stopped.js';

/** A git repository of the user's with a work tree. */
export interface Checkout {
  /** Absolute path of its top folder. */
  readonly root: string;
  readonly git: UserGit;
  /** Paths that differ from the commit, untracked ones too; ignored ones are nobody's business. */
  dirt(): Promise<readonly string[]>;
  /** Null when no branch is checked out. */
  branch(): Promise<string | null>;
  has(ref: string): Promise<boolean>;
  switchTo(branch: string): Promise<void>;
  head(): Promise<string>;
  abortMerge(): Promise<void>;
  /** Of the paths: those that are in the commit. */
  filesAt(commit: string, paths: readonly string[]): Promise<readonly string[]>;
}

export const localRef = (branch: string): string => `refs/heads/${branch}`;
export const originRef = (branch: string): string => `refs/remotes/origin/${branch}`;

/** Test reports and the worker's own folder are never part of the work. */
const EXCLUDED = ['/.specwright/', '/.specwright-test-*'];

export async function openCheckout(folder: string, env: Environment, signal: AbortSignal): Promise<Checkout> {
  const found = await createUserGit(folder, env, signal).run(['rev-parse', '--show-toplevel']);
  if (found.exitCode !== 0) {
    throw new WorkStopped('usage', `${folder} is in no git repository; give the checkout with --dir`);
  }
  const root = found.stdout.toString('utf8').trimEnd();
  const git = createUserGit(root, env, signal);
  await exclude(git, root);
  return checkoutAt(root, git);
}

function checkoutAt(root: string, git: UserGit): Checkout {
  const has = async (ref: string): Promise<boolean> =>
    (await git.run(['rev-parse', '--verify', '--quiet', `${ref}^{commit}`])).exitCode === 0;
  return {
    root,
    git,
    has,
    async dirt() {
      const list = await git.text('the checkout could not be looked at', [
        'status',
        '--porcelain=v1',
        '-z',
        '--no-renames',
        '--untracked-files=all',
      ]);
      return list.split('\0').flatMap((row) => (row === '' ? [] : [row.slice(3)]));
    },
    async branch() {
      const outcome = await git.run(['symbolic-ref', '--quiet', '--short', 'HEAD']);
      return outcome.exitCode === 0 ? outcome.stdout.toString('utf8').trim() : null;
    },
    async switchTo(branch) {
      await git.text(`${branch} could not be checked out`, ['switch', '--quiet', branch]);
    },
    head: () => git.text('there is no commit yet', ['rev-parse', 'HEAD']),
    async abortMerge() {
      if (await has('MERGE_HEAD')) await git.text('the merge could not be taken back', ['merge', '--abort']);
    },
    async filesAt(commit, paths) {
      if (paths.length === 0) return [];
      const args = ['ls-tree', '-r', '-z', '--full-tree', '--name-only', commit, '--', ...paths];
      const list = await git.text('the commit could not be read', args);
      return list.split('\0').filter((path) => paths.includes(path));
    },
  };
}

async function exclude(git: UserGit, root: string): Promise<void> {
  const path = resolve(root, await git.text('not a repository', ['rev-parse', '--git-path', 'info/exclude']));
  const text = await readFile(path, 'utf8').catch(() => '');
  const missing = EXCLUDED.filter((line) => !text.split('\n').includes(line));
  if (missing.length === 0) return;
  await mkdir(dirname(path), { recursive: true });
  await appendFile(path, `${text === '' || text.endsWith('\n') ? '' : '\n'}${missing.join('\n')}\n`);
}
