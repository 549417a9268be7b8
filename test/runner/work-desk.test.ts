import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Bench, CommandOf } from '../../src/work/bench.js';
import { openCheckout, type Checkout } from '../../src/work/checkout.js';
import { createDesk, type Desk } from '../../src/work/desk.js';
import { mergeChildren } from '../../src/work/merge-children.js';
import { isSameRemote } from '../../src/work/same-remote.js';
import { openWorkFolder, type WorkFolder } from '../../src/work/work-folder.js';
import { gitIn } from '../support/example.js';

const env = { PATH: process.env['PATH'] ?? '', HOME: tmpdir() };
const { signal } = new AbortController();
let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'specwright-desk-'));
  execFileSync('git', ['init', '--quiet', '--initial-branch=main', root]);
  gitIn(root, 'config', 'user.name', 'A person');
  gitIn(root, 'config', 'user.email', 'person@localhost');
  write('kept.txt', 'first\n');
  write('removed.txt', 'first\n');
  commit('first');
  for (const branch of ['sw/a', 'sw/b']) gitIn(root, 'branch', branch);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(path: string, text: string): void {
  mkdirSync(join(root, path, '..'), { recursive: true });
  writeFileSync(join(root, path), text);
}
function commit(message: string): void {
  gitIn(root, 'add', '--all');
  gitIn(root, 'commit', '--quiet', '-m', message);
}
const open = () => openCheckout(root, env, signal);

/** The files of the checkout as a session's unfinished work left them: changed, added, removed, staged or not. */
const WORK = { 'kept.txt': 'of a\n', 'new/deep.txt': 'of a\n', 'removed.txt': null } as const;
function leaveWork(): void {
  write('kept.txt', WORK['kept.txt']);
  write('new/deep.txt', WORK['new/deep.txt']);
  rmSync(join(root, 'removed.txt'));
  gitIn(root, 'add', 'kept.txt');
}
function expectWork(): void {
  for (const [path, text] of Object.entries(WORK)) {
    const found = existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : null;
    expect([path, found]).toEqual([path, text]);
  }
}

class Killed extends Error {}

/** A desk whose process is killed after so many effects (a state written, a git run). */
async function deskUntil(effects: number): Promise<{ desk: Desk; folder: WorkFolder; left: () => number }> {
  const [checkout, folder] = [await open(), await openWorkFolder(root)];
  let left = effects;
  const counted =
    <A extends unknown[], T>(work: (...args: A) => Promise<T>) =>
    async (...args: A): Promise<T> => {
      if (left <= 0) throw new Killed();
      left -= 1;
      return work(...args);
    };
  const git = { run: counted(checkout.git.run), text: counted(checkout.git.text) };
  const mortal: Checkout = {
    ...checkout,
    git,
    dirt: counted(checkout.dirt),
    has: counted(checkout.has),
    switchTo: counted(checkout.switchTo),
    abortMerge: counted(checkout.abortMerge),
  };
  const desk = createDesk(mortal, { ...folder, save: counted(folder.save) }, () => undefined);
  return { desk, folder, left: () => left };
}

test('killed after any effect while sessions change places, nothing of the unfinished work is lost', async () => {
  let survived = false;
  for (let effects = 0; !survived; effects += 1) {
    expect(effects).toBeLessThan(80);
    const first = await deskUntil(1_000);
    await first.desk.enter('a', ['sw/a']);
    leaveWork();
    await first.folder.close();

    const { desk, folder } = await deskUntil(effects);
    try {
      await desk.check();
      await desk.enter('b', ['sw/b']);
      await desk.enter('a', ['sw/a']);
      survived = true;
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
    }
    await folder.close();

    const again = await deskUntil(1_000);
    await again.desk.check();
    await again.desk.enter('b', ['sw/b']);
    expect([effects, gitIn(root, 'status', '--porcelain')]).toEqual([effects, '']);
    await again.desk.enter('a', ['sw/a']);
    expectWork();
    await again.desk.leave();
    await again.folder.close();
    gitIn(root, 'update-ref', '-d', 'refs/specwright/parked/a');
  }
}, 180_000);

test('what is no session’s work is refused and left as it is', async () => {
  const { desk, folder } = await deskUntil(1_000);
  write('mine.txt', 'mine\n');
  await expect(desk.check()).rejects.toMatchObject({
    kind: 'usage',
    message: expect.stringContaining('mine.txt') as unknown,
  });
  await expect(desk.enter('a', ['sw/a'])).rejects.toMatchObject({ kind: 'usage' });
  rmSync(join(root, 'mine.txt'));
  await desk.enter('a', ['sw/a']);
  gitIn(root, 'switch', '--quiet', 'main');
  write('mine.txt', 'mine\n');
  await expect(desk.check()).rejects.toMatchObject({ kind: 'usage' });
  expect(readFileSync(join(root, 'mine.txt'), 'utf8')).toBe('mine\n');
  await expect(openWorkFolder(root)).rejects.toMatchObject({ kind: 'usage' });
  await folder.close();
});

test('children are merged once; a conflict is taken back and left to a person with what to do', async () => {
  const checkout = await open();
  const bench = { checkout, gitEnv: env, secrets: [] } as unknown as Bench;
  for (const branch of ['sw/a', 'sw/b']) {
    gitIn(root, 'switch', '--quiet', branch);
    write('kept.txt', `by ${branch}\n`);
    commit(branch);
  }
  gitIn(root, 'switch', '--quiet', 'main');
  const line = (branch: string) => ({
    argv: ['git', 'merge', '--no-ff', '-m', `Merge ${branch}`, branch],
    cwd: '.',
    timeoutMs: 10_000,
    okExitCodes: [0],
  });
  const spawn = {
    script: [line('sw/a'), line('sw/b')],
    metadata: { children: [{ sessionId: 'a' }, { sessionId: 'b' }] },
  } as unknown as CommandOf<'spawn_children'>;
  const merge = (wanted: (id: string) => boolean) =>
    mergeChildren(bench, spawn, wanted, { signal, progress: () => undefined });
  await merge((id) => id === 'a');
  await merge((id) => id === 'a');
  expect(gitIn(root, 'log', '--merges', '--format=%s')).toBe('Merge sw/a');
  await expect(merge(() => true)).rejects.toMatchObject({
    kind: 'failed',
    message: expect.stringMatching(
      /both change kept\.txt; merge them by hand \(git switch main; git merge --no-ff sw\/b/,
    ) as unknown,
  });
  expect(gitIn(root, 'status', '--porcelain')).toBe('');
  expect(await checkout.has('MERGE_HEAD')).toBe(false);
});

test('one remote has many addresses, and another is another', async () => {
  symlinkSync(root, `${root}-link`);
  const same = [
    ['git@github.com:acme/shop.git', 'https://github.com/acme/shop'],
    ['ssh://git@GitHub.com:22/acme/shop.git', 'https://user@github.com/acme/shop.git/'],
    [`file://${root}`, `${root}-link`],
  ] as const;
  for (const [one, other] of same) expect([one, await isSameRemote(one, other)]).toEqual([one, true]);
  const different = [
    ['git@github.com:acme/shop.git', 'git@github.com:acme/other.git'],
    ['https://github.com/acme/shop', 'https://gitlab.com/acme/shop'],
    [root, `${root}x`],
  ] as const;
  for (const [one, other] of different) expect([one, await isSameRemote(one, other)]).toEqual([one, false]);
  rmSync(`${root}-link`);
});
