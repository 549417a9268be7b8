import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { gitIn } from '../support/example.js';
import { eventually } from '../support/manual-client.js';
import { createRig, type Rig } from '../support/rig.js';

let rig: Rig;
afterEach(() => rig.end());

const startContext = (more: object = {}) =>
  rig.start({ sessionType: 'contextCoding', mode: 'agentic', executorQueue: rig.executorQueue, ...more });

test('a failing child leaves its siblings alone, its dependents blocked, and gets a new attempt with the reason', async () => {
  const broken = 'export const broken = true;\n';
  rig = await createRig('failing child', {
    scripted: {
      'Billing/Receipt/GenerateImplementation.1/src/billing/receipt.js': broken,
      'Billing/Receipt/FixImplementation.1/src/billing/receipt.js': broken,
    },
  });
  const good = readFileSync(
    new URL('../../examples/scripted/Billing/Receipt/GenerateImplementation.1/src/billing/receipt.js', import.meta.url),
    'utf8',
  );
  const second = join(rig.example.scripted, 'Billing/Receipt/GenerateImplementation.2/src/billing');
  mkdirSync(second, { recursive: true });
  writeFileSync(join(second, 'receipt.js'), good);
  const id = await startContext({ bounds: { rounds: 1 } });
  const outcome = await rig.client.result(id);
  expect(outcome.children.find(({ component }) => component === 'Receipt')).toMatchObject({
    attempts: 2,
    status: 'complete',
  });
  expect(outcome.children.find(({ component }) => component === 'Invoice')).toMatchObject({ attempts: 1 });
  const detail = (await rig.reader.get(rig.scope, id))!;
  const spawns = detail.interactions.filter(({ step }) => step === 'SpawnComponentCodingSessions');
  expect(spawns.map(({ status }) => status)).toEqual(['error', 'ok']);
  expect(spawns[0]!.failure).toMatchObject({ kind: 'children_failed', ids: ['Receipt'] });
  const replacement = detail.children.find(({ component, attempt }) => component === 'Receipt' && attempt === 2)!;
  const prompts = (await rig.reader.get(rig.scope, replacement.sessionId))!.interactions.map(({ command }) =>
    JSON.stringify(command),
  );
  expect(prompts[1]).toContain('Why the last attempt was not enough');
});

test('a merge conflict is held against the later child, with the files named, and done again on the merged base', async () => {
  rig = await createRig('merge conflict', {
    model: (model) => ({ ...model, components: model.components.filter(({ name }) => name === 'Money') }),
    files: {
      'test/billing/money.test.js':
        "import test from 'node:test';\nimport '../../src/billing/money.js';\ntest('is slow', () => new Promise((r) => setTimeout(r, 3000)));\n",
    },
    scripted: {
      'Billing/Money/GenerateImplementation.1/src/billing/money.js': 'export const who = "the child";\n',
      'Billing/Money/GenerateImplementation.2/src/billing/money.js': 'export const who = "both";\n',
    },
  });
  const id = await startContext();
  await eventually(
    async () => (await rig.reader.get(rig.scope, id))!.children[0]?.step === 'RunTests',
    'the tests of the child',
  );
  const { branch } = await rig.client.sessionState(id);
  // Somebody else pushes the same file to the parent's branch meanwhile.
  const clone = join(rig.config.dataDir, 'somebody');
  gitIn(rig.example.folder, 'clone', '--quiet', '--branch', branch!, rig.example.remote, clone);
  mkdirSync(join(clone, 'src/billing'), { recursive: true });
  writeFileSync(join(clone, 'src/billing/money.js'), 'export const who = "somebody";\n');
  gitIn(clone, 'add', '--all');
  gitIn(clone, '-c', 'user.name=S', '-c', 'user.email=s@localhost', 'commit', '--quiet', '-m', 'Somebody was here');
  gitIn(clone, 'push', '--quiet', 'origin', `HEAD:refs/heads/${branch}`);
  const outcome = await rig.client.result(id);
  const { interactions } = (await rig.reader.get(rig.scope, id))!;
  const conflict = interactions.find(({ step, status }) => step.startsWith('Spawn') && status === 'error')!;
  expect(conflict.failure!.message).toContain('src/billing/money.js');
  expect(outcome.children).toMatchObject([{ component: 'Money', attempts: 2, status: 'complete' }]);
  const later = (await rig.reader.get(rig.scope, outcome.children[0]!.sessionId))!;
  const prompt = JSON.stringify(later.interactions.find(({ step }) => step === 'GenerateImplementation')!.command);
  // Both sides, as git shows them.
  for (const side of ['export const who = \\"somebody', '=======', 'export const who = \\"the child'])
    expect(prompt).toContain(side);
  expect(gitIn(rig.example.remote, 'show', `${outcome.branch}:src/billing/money.js`)).toBe(
    'export const who = "both";',
  );
  expect(gitIn(rig.example.remote, 'log', '--format=%s', outcome.branch!)).toContain('Somebody was here');
});

test('cancelling a parent ends its children and their commands first, and everything says so', async () => {
  rig = await createRig('cancel tree', {
    files: {
      'test/billing/money.test.js':
        "import test from 'node:test';\ntest('takes for ever', () => new Promise((r) => setTimeout(r, 60_000)));\n",
    },
  });
  const id = await startContext();
  await eventually(
    async () => {
      const { children } = (await rig.reader.get(rig.scope, id))!;
      return children.some(({ step, waitingOn }) => step === 'RunTests' && waitingOn === 'executor');
    },
    'a child running its tests',
    30,
  );
  const asked = Date.now();
  await rig.client.cancel(id, { userId: 'ops', reason: 'wrong branch' });
  await expect(rig.client.result(id)).rejects.toMatchObject({ cause: { name: 'CancelledFailure' } });
  expect(Date.now() - asked).toBeLessThan(15_000);
  const root = (await rig.reader.get(rig.scope, id))!;
  expect(root).toMatchObject({
    status: 'cancelled',
    failure: { kind: 'cancelled', message: 'cancelled by ops: wrong branch' },
  });
  expect(root.children.map(({ status }) => status)).toEqual(root.children.map(() => 'cancelled'));
  expect(root.interactions.filter(({ status }) => status === 'pending')).toEqual([]);
  const descriptions = await Promise.all(
    root.children.filter(({ step }) => step !== null).map(({ sessionId }) => rig.client.describe(sessionId)),
  );
  expect(descriptions.map(({ status }) => status)).toEqual(descriptions.map(() => 'cancelled'));
});

test('an empty context fails by name', async () => {
  rig = await createRig('unplannable', {
    model: (model) => ({ ...model, contexts: [...model.contexts, { name: 'Empty', description: '', dependsOn: [] }] }),
  });
  const empty = await startContext({ context: 'Empty' });
  await expect(rig.client.result(empty)).rejects.toMatchObject({
    cause: { details: [{ kind: 'exhausted', message: expect.stringContaining('Empty has no components') as unknown }] },
  });
  const { interactions } = (await rig.reader.get(rig.scope, empty))!;
  expect(interactions.filter(({ step, status }) => step.startsWith('Spawn') && status === 'error')).toHaveLength(3);
});
