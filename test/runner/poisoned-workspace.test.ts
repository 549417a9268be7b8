import { afterEach, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { branchName, isBranch } from '../../src/domain/names.js';
import { command, createLab, git, prepared, remoteTip, testContext, writeFiles, type Lab } from './support/lab.js';

let lab: Lab;
afterEach(() => lab?.remove());

const session = (): string => `s-${randomUUID()}`;

/** Every way known by which a repository makes git run a program or send things elsewhere. */
function poison(workspace: string, folder: string, elsewhere: string): string {
  const trap = join(folder, 'trap.sh');
  const sprung = join(folder, 'sprung');
  writeFileSync(trap, `#!/bin/sh\necho "$0 $*" >> ${sprung}\ncat\n`);
  chmodSync(trap, 0o755);
  const evil = join(workspace, '.git');
  rmSync(evil, { recursive: true });
  git(folder, 'init', '--quiet', join(folder, 'evil'));
  renameSync(join(folder, 'evil', '.git'), evil);
  for (const hook of [
    'pre-commit',
    'post-commit',
    'pre-push',
    'post-checkout',
    'reference-transaction',
    'post-index-change',
  ]) {
    writeFileSync(join(evil, 'hooks', hook), `#!/bin/sh\n${trap}\n`);
    chmodSync(join(evil, 'hooks', hook), 0o755);
  }
  const config = `
[core]
  fsmonitor = ${trap}
  sshCommand = ${trap}
  hooksPath = ${join(evil, 'hooks')}
  worktree = /
  alternateRefsCommand = ${trap}
[filter "evil"]
  clean = ${trap}
  smudge = ${trap}
  process = ${trap}
  required = true
[diff "evil"]
  textconv = ${trap}
  command = ${trap}
[merge "evil"]
  driver = ${trap}
[credential]
  helper = ${trap}
[gpg]
  program = ${trap}
[commit]
  gpgSign = true
[url "${elsewhere}"]
  insteadOf = ${lab.remote}
  pushInsteadOf = ${lab.remote}
[include]
  path = ${join(evil, 'more')}
`;
  writeFileSync(join(evil, 'config'), config);
  writeFiles(workspace, {
    '.gitattributes': '* filter=evil diff=evil merge=evil ident\n',
    '.gitmodules': '[submodule "x"]\n  path = x\n  url = ext::sh\n',
  });
  return sprung;
}

test('a poisoned workspace runs nothing and sends nothing elsewhere, and only the declared file is committed', async () => {
  lab = createLab();
  const elsewhere = join(lab.folder, 'elsewhere.git');
  git(lab.folder, 'init', '--quiet', '--bare', elsewhere);
  const parts = { sessionId: session(), branch: 'sw/coding/cart-1', push: true, remote: lab.remote };
  const { baseSha } = (await prepared(lab, parts)).evidence!.git!;
  const workspace = lab.workspace(parts.sessionId);
  const sprung = poison(workspace, lab.folder, elsewhere);
  writeFiles(workspace, { 'src/a.js': '// $Id$\n' });
  const result = await lab.runner.run(
    command('finalize', { ...parts, files: ['src/a.js'] }),
    testContext(parts.sessionId),
  );
  expect([result.status, result.failure]).toEqual(['ok', undefined]);
  expect(git(lab.clone(), 'diff', '--name-only', baseSha!, `origin/${parts.branch}`)).toBe('src/a.js');
  expect(git(lab.clone(), 'show', `origin/${parts.branch}:src/a.js`)).toBe('// $Id$');
  expect(remoteTip(lab, parts.branch)).toBe(result.evidence?.git?.commit);
  expect(git(elsewhere, 'for-each-ref')).toBe('');
  const again = await lab.runner.run(command('prepare_workspace', parts), testContext(parts.sessionId));
  expect(again.evidence?.git?.baseSha).toBe(baseSha);
  expect(existsSync(sprung)).toBe(false);
});

test('attributes committed to the branch run nothing either: the cache knows no filter, driver or hook', async () => {
  lab = createLab({ '.gitattributes': '* filter=evil diff=evil merge=evil\n', 'src/a.js': 'a\n' });
  const parts = { sessionId: session(), branch: 'sw/coding/cart-2', push: true, remote: lab.remote };
  await prepared(lab, parts);
  const sprung = poison(lab.workspace(parts.sessionId), lab.folder, lab.remote);
  writeFiles(lab.workspace(parts.sessionId), { 'src/a.js': 'b\n', '.gitattributes': '*.js -text\n' });
  const files = ['src/a.js', '.gitattributes'];
  const result = await lab.runner.run(command('finalize', { ...parts, files }), testContext(parts.sessionId));
  expect(result.status).toBe('ok');
  expect(existsSync(sprung)).toBe(false);
});

test('the cache is not reachable from a workspace: its configuration, hooks and refs are elsewhere', async () => {
  lab = createLab();
  const parts = { sessionId: session(), branch: 'sw/coding/cart-3', push: true, remote: lab.remote };
  await prepared(lab, parts);
  const workspace = lab.workspace(parts.sessionId);
  git(workspace, 'config', 'core.hooksPath', '/tmp/evil');
  git(workspace, 'commit', '--allow-empty', '--message', 'mine');
  const cacheDir = git(workspace, 'rev-parse', '--git-common-dir');
  expect(cacheDir).toBe('.git');
  const fresh = await lab.runner.run(command('prepare_workspace', parts), testContext(parts.sessionId));
  expect(git(workspace, 'rev-parse', 'HEAD')).toBe(fresh.evidence?.git?.remoteSha);
});

test('a link in place of a declared file, on its way, or to the repository’s own folder is refused', async () => {
  lab = createLab();
  const parts = { sessionId: session(), branch: 'sw/coding/cart-4', remote: lab.remote };
  const finalize = (file: string): ReturnType<typeof lab.runner.run> =>
    lab.runner.run(command('finalize', { ...parts, files: [file] }), testContext(parts.sessionId));
  await prepared(lab, parts);
  const workspace = lab.workspace(parts.sessionId);
  writeFiles(lab.folder, { 'outside/secret.txt': 'secret' });
  symlinkSync(join(lab.folder, 'outside', 'secret.txt'), join(workspace, 'direct.txt'));
  symlinkSync(join(lab.folder, 'outside'), join(workspace, 'way'));
  symlinkSync('.git', join(workspace, 'repo'));
  symlinkSync('nowhere', join(workspace, 'dangling'));
  mkdirSync(join(workspace, 'folder'));
  execFileSync('mkfifo', [join(workspace, 'pipe')]);
  for (const file of ['direct.txt', 'way/secret.txt', 'repo/config', 'dangling', 'folder', 'pipe']) {
    const result = await finalize(file);
    expect([file, result.status, result.failure?.kind]).toEqual([file, 'error', 'invalid_output']);
  }
  const evidence = command('check_document', { ...parts, expects: { files: [{ path: 'way/secret.txt', why: '' }] } });
  expect((await lab.runner.run(evidence, testContext(parts.sessionId))).failure?.kind).toBe('invalid_output');
});

test('every branch name specwright accepts is one for git too, and every one it makes is accepted', () => {
  const valid = (name: string): boolean => {
    try {
      execFileSync('git', ['check-ref-format', `refs/heads/${name}`], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  };
  const piece = fc.constantFrom(
    'a',
    'Z9',
    '.',
    '..',
    '/',
    '-',
    '_',
    '@{',
    '.lock',
    '~',
    '^',
    ':',
    ' ',
    '\\',
    '*',
    '[',
    'ä',
    '\n',
    '@',
    '$(x)',
    "'",
  );
  fc.assert(
    fc.property(fc.array(piece, { minLength: 1, maxLength: 6 }), (pieces) => {
      const name = pieces.join('');
      if (isBranch(name)) expect([name, valid(name)]).toEqual([name, true]);
    }),
    { numRuns: 400 },
  );
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 80 }), fc.uuid(), (subject, id) => {
      expect(isBranch(branchName('coding', subject, id))).toBe(true);
    }),
  );
});
