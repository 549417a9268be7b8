import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { recordHistory } from '../support/record-history.js';
import { gitIn } from '../support/example.js';
import { createRig, type Rig } from '../support/rig.js';
import { startFakeForge, type FakeForge } from '../runner/support/fake-forge.js';

const TOKEN = 'canary-forge-token';
let forge: FakeForge;
let rig: Rig;
beforeEach(async () => {
  forge = await startFakeForge('github', TOKEN);
});
afterEach(async () => {
  await rig.end();
  await forge.close();
});

test('a delivery to a forge is complete when its pull request was seen there; an outage on the way is waited for', async () => {
  rig = await createRig('forge', {
    model: (model) => ({ ...model, project: { ...model.project, forge: forge.forge } }),
    config: { forgeTokens: { github: TOKEN, gitlab: null }, forgeOrigins: [new URL(forge.forge.apiUrl).origin] },
  });
  forge.tip = (branch) => gitIn(rig.example.remote, 'rev-parse', branch);
  // The creation takes effect, and nobody hears of it.
  forge.fault = (_n, call) => (call.startsWith('POST') && forge.pulls.length === 1 ? 'drop-after' : null);
  const id = await rig.start({
    sessionType: 'componentCoding',
    component: 'Money',
    mode: 'agentic',
    executorQueue: rig.executorQueue,
  });
  const { pullRequest, branch, commit } = await rig.client.result(id);
  await recordHistory(rig, id, 'componentCoding.forge');
  expect(forge.pulls).toMatchObject([{ branch, base: 'main', state: 'open', title: 'Implement Billing/Money' }]);
  expect(forge.pulls[0]!.body).toContain('`src/billing/money.js`');
  expect(pullRequest).toMatchObject({
    number: forge.pulls[0]!.number,
    url: expect.stringContaining('acme/shop') as unknown,
  });
  const { interactions } = (await rig.reader.get(rig.scope, id))!;
  expect(interactions.at(-1)!.result!.evidence!.pullRequest).toMatchObject({ state: 'open', headSha: commit });
  const history = await rig.temporal.workflow.getHandle(id).fetchHistory();
  expect(JSON.stringify([history, await rig.reader.get(rig.scope, id)])).not.toContain(TOKEN);
});

test('without a token the delivery says which variable to set, and the branch is pushed all the same', async () => {
  rig = await createRig('no token', {
    model: (model) => ({ ...model, project: { ...model.project, forge: forge.forge } }),
    config: { forgeOrigins: [new URL(forge.forge.apiUrl).origin] },
  });
  const id = await rig.start({
    sessionType: 'componentCoding',
    component: 'Money',
    mode: 'agentic',
    executorQueue: rig.executorQueue,
    bounds: { finalize: 1 },
  });
  await expect(rig.client.result(id)).rejects.toMatchObject({
    cause: { details: [{ message: expect.stringContaining('GITHUB_TOKEN') as unknown }] },
  });
  const { state } = (await rig.reader.get(rig.scope, id))!;
  expect(gitIn(rig.example.remote, 'log', '-1', '--format=%s', state.branch!)).toBe('Implement Billing/Money');
  expect(forge.calls).toEqual([]);
});
