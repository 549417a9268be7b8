import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Config } from '../../../src/config.js';
import type { StackFile } from '../../../src/dev/stack-file.js';
import { settled } from '../../../src/local-stack.js';
import { createHttpRig, type HttpRig } from '../../support/http-rig.js';

let rig: HttpRig;
beforeAll(async () => {
  rig = await createHttpRig('http-local-remotes', { workers: [], config: { localRemotes: null } });
});
afterAll(() => rig.end());

test('a project is refused a remote on the executor’s disk by name and fix, and keeps the one it has', async () => {
  const model = await rig.call('GET', '/v1/project');
  const withRemote = (remote: string) => ({
    ...model.body,
    project: { ...(model.body['project'] as object), remote },
  });
  for (const remote of ['/srv/git/theirs.git', 'file:///srv/git/theirs.git']) {
    expect(await rig.call('PUT', '/v1/project', { body: withRemote(remote) })).toMatchObject({
      status: 400,
      body: {
        code: 'invalid_input',
        field: 'project.remote',
        fix: expect.stringContaining('SPECWRIGHT_LOCAL_REMOTES') as unknown,
      },
    });
  }
  expect((await rig.call('GET', '/v1/project')).body).toEqual(model.body);
  const overNetwork = await rig.call('PUT', '/v1/project', { body: withRemote('https://example.org/shop.git') });
  expect(overNetwork.status).toBe(200);
});

test('local remotes are for the embedded Postgres only, unless the operator says otherwise', () => {
  const stack = (postgres: number | null) => ({ pids: { owner: 1, temporal: null, postgres } }) as StackFile;
  const of = (localRemotes: Config['localRemotes'], postgres: number | null) =>
    settled({ ...rig.config, localRemotes }, stack(postgres)).localRemotes;
  expect([of(null, 7), of(null, null)]).toEqual(['any', []]);
  expect([of([], 7), of(['/srv/git'], null), of('any', null)]).toEqual([[], ['/srv/git'], 'any']);
});
