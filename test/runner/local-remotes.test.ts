import { afterEach, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Result } from '../../src/domain/result.js';
import type { LocalRemotes } from '../../src/domain/remote.js';
import { command, createLab, git, type Lab, testContext } from './support/lab.js';

let lab: Lab;
afterEach(() => lab.remove());

/** What an executor says to a session of a project with that remote. */
function prepare(remote: string, localRemotes: LocalRemotes): Promise<Result> {
  const sessionId = `s-${randomUUID()}`;
  const runner = lab.newRunner({ localRemotes });
  return runner.run(
    command('prepare_workspace', { sessionId, branch: 'sw/coding/cart-1', remote }),
    testContext(sessionId),
  );
}

const REFUSED = {
  status: 'error',
  failure: { kind: 'not_authorized', message: expect.stringContaining('SPECWRIGHT_LOCAL_REMOTES') as unknown },
};

test('an executor gives its git no repository on its own disk that its operator has not allowed', async () => {
  lab = createLab();
  for (const remote of [lab.remote, `file://${lab.remote}`]) {
    expect(await prepare(remote, [])).toMatchObject(REFUSED);
    expect(await prepare(remote, [join(lab.folder, 'else')])).toMatchObject(REFUSED);
    expect(await prepare(remote, [lab.folder])).toMatchObject({ status: 'ok' });
    expect(await prepare(remote, 'any')).toMatchObject({ status: 'ok' });
  }
});

test('a refused repository is not touched, and whether it is there is not told', async () => {
  lab = createLab();
  const there = await prepare(lab.remote, []);
  const nowhere = await prepare(join(lab.folder, 'nowhere.git'), []);
  expect(there.failure).toEqual(nowhere.failure);
  expect(existsSync(join(lab.root, 'cache'))).toBe(false);
});

test('a link out of an allowed folder leads nowhere, one to an allowed folder does', async () => {
  lab = createLab();
  const allowed = join(lab.folder, 'allowed');
  mkdirSync(allowed);
  symlinkSync(lab.remote, join(allowed, 'theirs.git'));
  symlinkSync(lab.folder, join(allowed, 'up'));
  expect(await prepare(join(allowed, 'theirs.git'), [allowed])).toMatchObject(REFUSED);
  expect(await prepare(join(allowed, 'up/remote.git'), [allowed])).toMatchObject(REFUSED);
  expect(await prepare(`${allowed}/../remote.git`, [allowed])).toMatchObject(REFUSED);
  renameSync(lab.remote, join(allowed, 'mine.git'));
  const link = join(lab.folder, 'link');
  symlinkSync(allowed, link);
  expect(await prepare(join(link, 'mine.git'), [link])).toMatchObject({ status: 'ok' });
});

test.each([
  'ext::sh -c touch% pwned',
  'fd::17',
  '--upload-pack=touch pwned',
  'http://127.0.0.1:1/x.git',
  'git://127.0.0.1/x.git',
  'FILE:///srv/x.git',
  'ssh://-oProxyCommand=touch%20pwned/x',
  'git@-oProxyCommand:x',
  'git@example.org:-x',
  'https://ada:secret@example.org/x.git',
])('whatever the model says, git is not given %s', async (remote) => {
  lab = createLab();
  const { failure } = await prepare(remote, 'any');
  expect(failure?.kind).toBe('command_failed');
  expect(failure?.message).toMatch(/^the remote /);
  expect(existsSync(join(lab.root, 'cache'))).toBe(false);
  expect(git(lab.folder, 'ls-remote', lab.remote)).not.toContain('sw/');
});
