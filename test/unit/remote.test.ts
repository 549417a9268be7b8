import { expect, test } from '@jest/globals';
import { localRemoteFault, remoteFault } from '../../src/domain/remote.js';

const FORBIDDEN = expect.stringContaining('own disk') as unknown;

test.each(['https://example.org/x.git', 'ssh://git@example.org/x.git', 'git@example.org:srv/git/x.git'])(
  'what is reached over the network is nobody’s disk: %s',
  (remote) => expect(localRemoteFault(remote, [])).toBeNull(),
);

test.each([
  '/srv/git/x.git',
  'file:///srv/git/x.git',
  'FILE:///srv/git/x.git',
  'file://localhost/srv/git/x.git',
  './x.git',
  'x.git',
  'srv/git:x',
])('a path is refused unless it is allowed, however it is written: %s', (remote) => {
  expect(localRemoteFault(remote, [])).toEqual(FORBIDDEN);
  expect(localRemoteFault(remote, ['/other'])).toEqual(FORBIDDEN);
  expect(localRemoteFault(remote, 'any')).toBeNull();
});

test.each([
  ['/srv/git/x.git', true],
  ['//srv//git/team/x.git', true],
  ['file:///srv/git/x.git', true],
  ['/srv/git', false],
  ['/srv/gitx/x.git', false],
  ['/srv/git/../secret/x.git', false],
  ['/srv/git/..', false],
  ['file:///srv/git/%2e%2e/secret/x.git', false],
  ['/srv', false],
])('with /srv/git allowed, %s may be used: %s', (remote, isAllowed) => {
  expect(localRemoteFault(remote, ['/srv/git'])).toEqual(isAllowed ? null : FORBIDDEN);
});

test.each(['http://example.org/x.git', 'git://example.org/x.git', 'ftp://example.org/x.git'])(
  'nothing is fetched over what others can read or change on the way: %s',
  (remote) => expect(remoteFault(remote)).toMatch(/^has the scheme/),
);
