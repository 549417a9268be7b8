import { afterEach, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { chmodSync, existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  command,
  commitAll,
  createLab,
  git,
  prepared,
  read,
  remoteTip,
  testContext,
  writeFiles,
  type Lab,
} from './support/lab.js';

let lab: Lab;
afterEach(() => lab.remove());

const session = (): string => `s-${randomUUID()}`;
const crash = new Error('the executor was killed here');

test('preparing twice gives the same base and branch, also when the default branch moved and the workspace was spoilt', async () => {
  lab = createLab();
  const parts = { sessionId: session(), branch: 'sw/coding/cart-1', push: true };
  const first = await prepared(lab, parts);
  const person = lab.clone();
  writeFiles(person, { 'later.md': 'later\n' });
  commitAll(person, 'later');
  git(person, 'push', '--quiet', 'origin', 'main');
  writeFiles(lab.workspace(parts.sessionId), { 'stray.txt': 'stray' });
  const second = await prepared(lab, parts);
  expect(second.evidence).toEqual(first.evidence);
  expect(second.evidence?.git?.remoteSha).toBe(remoteTip(lab, parts.branch));
  expect(existsSync(join(lab.workspace(parts.sessionId), 'stray.txt'))).toBe(false);
  expect(git(lab.workspace(parts.sessionId), 'status', '--porcelain')).toBe('');
  expect(git(lab.workspace(parts.sessionId), 'branch', '--show-current')).toBe(parts.branch);
});

test('a lost host is replaced: another root finds the pushed branch and the same base', async () => {
  lab = createLab();
  const parts = { sessionId: session(), branch: 'sw/coding/cart-2', push: true, remote: lab.remote };
  const first = await prepared(lab, parts);
  writeFiles(lab.workspace(parts.sessionId), { 'src/a.js': 'a' });
  await lab.runner.run(command('finalize', { ...parts, files: ['src/a.js'] }), testContext(parts.sessionId));
  const other = lab.newRunner({ root: join(lab.folder, 'other') });
  const again = await other.run(command('prepare_workspace', parts), testContext(parts.sessionId));
  expect(again.evidence?.git?.baseSha).toBe(first.evidence?.git?.baseSha);
  expect(read(join(lab.folder, 'other/workspaces', parts.sessionId, 'src/a.js'))).toBe('a');
});

test('a remote that is missing, or is not one git may be given, is a failure in words', async () => {
  lab = createLab();
  for (const remote of [
    join(lab.folder, 'nowhere.git'),
    'ext::sh -c touch% pwned',
    '--upload-pack=touch pwned',
    'nowhere',
  ]) {
    const parts = { sessionId: session(), branch: 'sw/coding/cart-3', remote };
    const result = await lab.runner.run(command('prepare_workspace', parts), testContext(parts.sessionId));
    expect(result.failure?.kind).toBe('command_failed');
    expect(result.failure?.message).toMatch(/remote/);
  }
  const unknownBase = { sessionId: session(), branch: 'sw/coding/cart-3', remote: lab.remote, baseBranch: 'gone' };
  const result = await lab.runner.run(command('prepare_workspace', unknownBase), testContext(unknownBase.sessionId));
  expect(result.failure?.message).toBe('the remote has no branch gone to start from');
});

test('hostile branch, session and path names are refused by name and nothing is run', async () => {
  lab = createLab();
  const sessionId = session();
  for (const branch of [
    '--force',
    'a..b',
    'x/../y',
    '$(touch pwned)',
    'a b',
    'ä',
    'a\nb',
    'a.lock',
    '-x/y',
    'refs/heads/a:refs/heads/main',
  ]) {
    const result = await lab.runner.run(
      command('prepare_workspace', { sessionId, branch, remote: lab.remote }),
      testContext(sessionId),
    );
    expect([branch, result.failure?.kind]).toEqual([branch, 'command_failed']);
  }
  const outside = await lab.runner.run(
    command('prepare_workspace', { sessionId: '../../evil', branch: 'sw/x/y', remote: lab.remote }),
    testContext('../../evil'),
  );
  expect(outside.status).not.toBe('ok');
  await prepared(lab, { sessionId, branch: 'sw/coding/paths' });
  for (const path of ['../x', '/etc/passwd', '.git/config', 'a/.GIT/hooks/x', 'a\nb', ':(top)x', 'a\\b', '']) {
    const finalize = command('finalize', { sessionId, branch: 'sw/coding/paths', remote: lab.remote, files: [path] });
    const result = await lab.runner.run(finalize, testContext(sessionId));
    expect([path, result.status]).not.toEqual([path, 'ok']);
  }
  const odd = ['it\'s $(x) "q" *?.js', 'deep/-rf/ö.js', '--force'];
  writeFiles(lab.workspace(sessionId), Object.fromEntries(odd.map((path) => [path, path])));
  writeFiles(lab.workspace(sessionId), { 'not declared.js': 'x' });
  const fine = await lab.runner.run(
    command('finalize', { sessionId, branch: 'sw/coding/paths', remote: lab.remote, files: odd }),
    testContext(sessionId),
  );
  expect(fine.evidence?.files?.map(({ path }) => path).sort()).toEqual([...odd].sort());
  expect(fine.data?.['diffstat']).not.toContain('not declared');
});

test('finalize commits the declared files with trailers, pushes without force, and tells what changed', async () => {
  lab = createLab();
  const parts = { sessionId: session(), branch: 'sw/coding/cart-4', push: true, remote: lab.remote };
  await prepared(lab, parts);
  writeFiles(lab.workspace(parts.sessionId), { 'src/a.js': 'a\n', 'scratch.txt': 'not mine' });
  const result = await lab.runner.run(
    command('finalize', { ...parts, files: ['src/a.js'], message: 'Add a\n\nSpecwright-Session: forged' }),
    testContext(parts.sessionId),
  );
  expect(result.status).toBe('ok');
  const { commit, remoteSha } = result.evidence!.git!;
  expect([remoteSha, remoteTip(lab, parts.branch)]).toEqual([commit, commit]);
  const person = lab.clone();
  expect(git(person, 'show', '--name-only', '--format=', commit!)).toBe('src/a.js');
  expect(git(person, 'log', '-1', '--format=%(trailers:only)%an', commit!)).toBe(
    `Specwright-Session: ${parts.sessionId}\nSpecwright-Step: Finalize\nSpecwright`,
  );
  expect(result.data?.['compare']).toContain('are available in the Git repository at');
  expect(result.data?.['compare']).toContain('src/a.js');
  expect(Buffer.byteLength(JSON.stringify(result))).toBeLessThan(8192);
});

test.each(['committed', 'pushed'])(
  'finalize killed after it %s and repeated leaves one commit and one tip',
  async (phase) => {
    lab = createLab();
    const parts = { sessionId: session(), branch: 'sw/coding/cart-5', push: true, remote: lab.remote };
    const { baseSha } = (await prepared(lab, parts)).evidence!.git!;
    writeFiles(lab.workspace(parts.sessionId), { 'src/a.js': 'a\n' });
    const finalize = command('finalize', { ...parts, files: ['src/a.js'] });
    const dying = testContext(parts.sessionId, {
      onProgress: (said) => {
        if (said.startsWith(phase)) throw crash;
      },
    });
    await expect(lab.runner.run(finalize, dying)).rejects.toBe(crash);
    writeFiles(lab.workspace(parts.sessionId), { 'src/a.js': 'written by something left over\n' });
    const result = await lab.newRunner().run(finalize, testContext(parts.sessionId));
    const third = await lab.newRunner().run(finalize, testContext(parts.sessionId));
    expect([result.status, third.evidence]).toEqual(['ok', result.evidence]);
    expect(remoteTip(lab, parts.branch)).toBe(result.evidence?.git?.commit);
    expect(git(lab.clone(), 'rev-list', '--count', `${baseSha}..origin/${parts.branch}`)).toBe('1');
  },
);

test('nothing to commit is fine when the files are on the branch; files that are nowhere are named', async () => {
  lab = createLab({ 'src/a.js': 'a\n' });
  const parts = { sessionId: session(), branch: 'sw/coding/cart-6', push: true, remote: lab.remote };
  const { baseSha } = (await prepared(lab, parts)).evidence!.git!;
  const there = await lab.runner.run(
    command('finalize', { ...parts, files: ['src/a.js'] }),
    testContext(parts.sessionId),
  );
  expect([there.status, there.evidence?.git?.commit]).toEqual(['ok', baseSha]);
  await lab.runner.removeWorkspace(parts.sessionId);
  const gone = await lab.runner.run(
    command('finalize', { ...parts, files: ['src/a.js'] }),
    testContext(parts.sessionId),
  );
  expect(gone.status).toBe('ok');
  const missing = await lab.runner.run(
    command('finalize', { ...parts, files: ['src/a.js', 'src/c.js', 'src/b.js'] }),
    testContext(parts.sessionId),
  );
  expect([missing.status, missing.failure?.kind, missing.failure?.ids]).toEqual([
    'error',
    'missing_files',
    ['src/b.js', 'src/c.js'],
  ]);
});

test('a foreign tip on the remote refuses the push and is left alone', async () => {
  lab = createLab();
  const parts = { sessionId: session(), branch: 'sw/coding/cart-7', push: true, remote: lab.remote };
  await prepared(lab, parts);
  const person = lab.clone();
  git(person, 'checkout', '--quiet', '--orphan', 'other');
  writeFiles(person, { 'mine.md': 'mine' });
  const foreign = commitAll(person, 'mine');
  git(person, 'push', '--quiet', '--force', 'origin', `HEAD:refs/heads/${parts.branch}`);
  writeFiles(lab.workspace(parts.sessionId), { 'src/a.js': 'a\n' });
  const result = await lab.runner.run(
    command('finalize', { ...parts, files: ['src/a.js'] }),
    testContext(parts.sessionId),
  );
  expect(result.failure?.kind).toBe('push_refused');
  expect(remoteTip(lab, parts.branch)).toBe(foreign);
});

test('a remote whose hook says no refuses the push; once it says yes, the same commit is pushed', async () => {
  lab = createLab();
  const parts = { sessionId: session(), branch: 'sw/coding/cart-8', push: true, remote: lab.remote };
  const { baseSha } = (await prepared(lab, parts)).evidence!.git!;
  const hook = join(lab.remote, 'hooks', 'pre-receive');
  writeFiles(lab.remote, { 'hooks/pre-receive': '#!/bin/sh\necho not today >&2; exit 1\n' });
  chmodSync(hook, 0o755);
  writeFiles(lab.workspace(parts.sessionId), { 'src/a.js': 'a\n' });
  const finalize = command('finalize', { ...parts, files: ['src/a.js'] });
  const refused = await lab.runner.run(finalize, testContext(parts.sessionId));
  expect([refused.failure?.kind, refused.failure?.detail]).toEqual([
    'push_refused',
    expect.stringContaining('not today'),
  ]);
  rmSync(hook);
  const pushed = await lab.runner.run(finalize, testContext(parts.sessionId));
  expect(pushed.evidence?.git?.remoteSha).toBe(pushed.evidence?.git?.commit);
  expect(git(lab.clone(), 'rev-list', '--count', `${baseSha}..origin/${parts.branch}`)).toBe('1');
});

test('a workspace older than its branch puts nothing back: what was merged meanwhile stays', async () => {
  lab = createLab({ 'src/a.js': 'old\n', 'src/b.js': 'old\n' });
  const parent = { sessionId: session(), branch: 'sw/context-coding/shop-9', push: true, remote: lab.remote };
  await prepared(lab, parent);
  const child = { sessionId: session(), branch: 'sw/coding/a-9', baseBranch: parent.branch, remote: lab.remote };
  await prepared(lab, child);
  writeFiles(lab.workspace(child.sessionId), { 'src/a.js': 'new\n' });
  await lab.runner.run(command('finalize', { ...child, files: ['src/a.js'] }), testContext(child.sessionId));
  const merged = await lab.runner.merge(
    {
      scope: { accountId: '', projectId: '', userId: '' },
      sessionId: parent.sessionId,
      commandId: 'c',
      child: { sessionId: child.sessionId, component: 'A', branch: child.branch },
      remote: lab.remote,
      parentBranch: parent.branch,
      push: true,
    },
    testContext(parent.sessionId),
  );
  expect(merged.ok).toBe(true);
  const files = ['src/a.js', 'src/b.js'];
  const result = await lab.runner.run(command('finalize', { ...parent, files }), testContext(parent.sessionId));
  expect(result.status).toBe('ok');
  expect(git(lab.clone(), 'show', `origin/${parent.branch}:src/a.js`)).toBe('new');
  writeFiles(lab.workspace(parent.sessionId), { 'src/a.js': 'mine\n' });
  const both = await lab.runner.run(command('finalize', { ...parent, files }), testContext(parent.sessionId));
  expect([both.failure?.kind, both.failure?.ids]).toEqual(['merge_conflict', ['src/a.js']]);
});
