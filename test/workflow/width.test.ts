import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from '@jest/globals';
import type { Command } from '../../src/client.js';
import type { StartInput } from '../../src/contract/start-input.js';
import { UNDESIGNED } from '../support/delivery.js';
import { gitIn } from '../support/example.js';
import { commandOf, eventually, ManualClient } from '../support/manual-client.js';
import { recordHistory } from '../support/record-history.js';
import { createRig, type Rig } from '../support/rig.js';

let rig: Rig;
afterEach(() => rig.end());

type Start = Partial<StartInput> & Pick<StartInput, 'sessionType'>;

const prepared = (path: string) =>
  readFileSync(fileURLToPath(new URL(`../../examples/scripted/${path}`, import.meta.url)), 'utf8');
const exampleTest = (name: string) =>
  readFileSync(fileURLToPath(new URL(`../../examples/shop/test/billing/${name}.test.js`, import.meta.url)), 'utf8');
const review = (turn: number) => `Billing/ReviewDesigns.${turn}/docs/design/reviews/billing/review.md`;
const receipt = (turn: number) =>
  `Billing/Receipt/GenerateComponentDesign.${turn}/docs/design/components/billing/receipt.md`;

/** Starts a session in auto mode and writes what its agent commands ask for, in the executor's workspace. */
async function runAuto(input: Start): Promise<{ id: string; steps: readonly string[]; branch: string }> {
  const person = new ManualClient(rig.example, `${rig.config.dataDir}/${input.sessionType}`);
  const id = await rig.start({ mode: 'auto', executorQueue: rig.executorQueue, ...input });
  for (;;) {
    const open = await eventually(async () => {
      const next = await rig.client.nextCommand(id);
      return next.kind !== 'wait' && next;
    }, `the next command of ${input.sessionType}`);
    if (open.kind !== 'command') break;
    await rig.client.submitResult(id, person.carryOut(open.command, open.command.cwd));
  }
  const { branch } = await rig.client.result(id);
  await recordHistory(rig, id, `${input.sessionType}.auto`);
  return { id, steps: person.seen.map(({ step }) => step), branch: branch! };
}

test('auto hands only what an agent does to the client, in every type that asks an agent', async () => {
  rig = await createRig('auto types', UNDESIGNED);
  const context = await runAuto({ sessionType: 'contextDesign' });
  expect(context.steps).toEqual(['GenerateContextDesign', 'GenerateContextDesign']);
  const designs = await runAuto({ sessionType: 'contextComponentsDesign', baseBranch: context.branch });
  expect(designs.steps).toEqual([]);
  const baseBranch = designs.branch;
  const design = await runAuto({ sessionType: 'componentDesign', component: 'Money', baseBranch: context.branch });
  expect(design.steps).toEqual(['GenerateComponentDesign']);
  const review = await runAuto({ sessionType: 'componentDesignReview', baseBranch });
  expect(review.steps).toEqual(['ReviewDesigns']);
  const tests = await runAuto({ sessionType: 'componentTesting', component: 'Invoice', baseBranch });
  expect(tests.steps).toEqual(['GenerateTests', 'FixTests']);
  const tested = await runAuto({ sessionType: 'contextTesting', baseBranch });
  expect(tested.steps).toEqual([]);
  expect((await runAuto({ sessionType: 'contextCoding', baseBranch: tested.branch })).steps).toEqual([]);
});

test('a review that is never satisfied ends by its bound, and only what it sent back was done again', async () => {
  rig = await createRig('endless review', {
    scripted: {
      [review(2)]: prepared(review(1)),
      [review(3)]: prepared(review(1)),
      [receipt(3)]: prepared(receipt(2)),
    },
  });
  const id = await rig.start({
    sessionType: 'contextComponentsDesign',
    mode: 'agentic',
    executorQueue: rig.executorQueue,
  });
  await expect(rig.client.result(id)).rejects.toMatchObject({
    cause: {
      details: [
        {
          kind: expect.stringMatching(/stuck|exhausted/) as unknown,
          message: expect.stringContaining('Receipt') as unknown,
        },
      ],
    },
  });
  const { children, interactions } = (await rig.reader.get(rig.scope, id))!;
  expect(interactions.filter(({ step }) => step === 'SpawnReviewSession').map(({ failure }) => failure?.kind)).toEqual([
    'review_rejected',
    'review_rejected',
    'review_rejected',
  ]);
  const attempts = children.map(({ component, type, attempt }) => `${component ?? type} ${attempt}`).sort();
  expect(attempts).toEqual([
    'Invoice 1',
    'Money 1',
    'Receipt 1',
    'Receipt 2',
    'Receipt 3',
    'componentDesignReview 1',
    'componentDesignReview 2',
    'componentDesignReview 3',
  ]);
});

test('a review without a verdict for a component is written again with what was missing', async () => {
  const half = prepared(review(1)).replace(/### Receipt[^]*?## Conclusion/, '## Conclusion');
  rig = await createRig('half a review', { scripted: { [review(1)]: half } });
  const id = await rig.start({
    sessionType: 'contextComponentsDesign',
    mode: 'agentic',
    executorQueue: rig.executorQueue,
  });
  await rig.client.result(id);
  const { children } = (await rig.reader.get(rig.scope, id))!;
  const reviewer = children.find(({ type }) => type === 'componentDesignReview')!;
  const { interactions } = (await rig.reader.get(rig.scope, reviewer.sessionId))!;
  expect(interactions.map(({ step, failure }) => `${step} ${failure?.rule ?? ''}`.trim())).toEqual([
    'Initialize',
    'ReviewDesigns',
    'ValidateReview entry-missing',
    'ReviewDesigns',
    'ValidateReview',
    'Finalize',
  ]);
});

test('an operator goes on without a component; the pull request says so, and nothing of it is delivered', async () => {
  const broken = 'export const broken = true;\n';
  rig = await createRig('waiver', {
    scripted: {
      'Billing/Receipt/GenerateImplementation.1/src/billing/receipt.js': broken,
      'Billing/Receipt/FixImplementation.1/src/billing/receipt.js': broken,
    },
  });
  const id = await rig.start({
    sessionType: 'contextCoding',
    mode: 'agentic',
    executorQueue: rig.executorQueue,
    onExhausted: 'wait',
    bounds: { rounds: 1, childAttempts: 1 },
  });
  await eventually(async () => (await rig.client.sessionState(id)).waitingOn === 'decision', 'a decision', 40);
  const waive = (component: string) =>
    rig.client.decide(id, { action: 'waive', component, userId: 'ops', reason: 'the till | is `late`' });
  await expect(waive('Money')).rejects.toMatchObject({
    refusal: { code: 'invalid_decision', fix: 'use one of Receipt' },
  });
  await waive('Receipt');
  const outcome = await rig.client.result(id);
  await recordHistory(rig, id, 'contextCoding.waived');
  expect(outcome.pullRequest!.body).toContain('- Receipt: `the till is late`, decided by `ops`');
  expect(gitIn(rig.example.remote, 'ls-tree', '-r', '--name-only', outcome.branch!, 'src')).toBe(
    'src/billing/invoice.js\nsrc/billing/money.js',
  );
  const { interactions } = (await rig.reader.get(rig.scope, id))!;
  expect(interactions.at(-1)!.command!.expects.files.map(({ path }) => path)).toEqual([
    'src/billing/invoice.js',
    'src/billing/money.js',
  ]);
});

test('a spent quota is waited for and costs no attempt; the session says so', async () => {
  rig = await createRig('quota');
  const person = new ManualClient(rig.example, rig.config.dataDir);
  const id = await rig.start({
    sessionType: 'componentCoding',
    component: 'Money',
    mode: 'auto',
    executorQueue: rig.executorQueue,
    bounds: { agent: 1 },
  });
  const agent = await eventually(async () => commandOf(await rig.client.nextCommand(id)), 'the agent command');
  const until = new Date(Date.now() + 3_000).toISOString();
  const quota = { kind: 'quota', message: 'the usage limit is reached', until } as const;
  const { next } = await rig.client.submitResult(id, {
    commandId: agent.id,
    result: { status: 'error', failure: quota },
  });
  expect(next).toMatchObject({ kind: 'wait', on: 'quota' });
  expect(await rig.reader.get(rig.scope, id)).toMatchObject({ waitingOn: 'quota' });
  const again = await eventually(async () => commandOf(await rig.client.nextCommand(id)), 'the same step again');
  expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(until));
  expect(again).toMatchObject({ step: agent.step, metadata: { turn: 1 } });
  await rig.client.submitResult(id, person.carryOut(again, again.cwd));
  expect((await rig.client.result(id)).status).toBe('complete');
});

test('a session keeps the bounds and the toolchain it was started with', async () => {
  const bounded = (agent: number) => (model: typeof rig.example.model) => ({
    ...model,
    project: { ...model.project, bounds: { agent } },
  });
  rig = await createRig('kept settings', { model: bounded(1) });
  const person = new ManualClient(rig.example, rig.config.dataDir);
  const id = await rig.start({ sessionType: 'componentCoding', component: 'Money' });
  const initialize = await eventually(async () => commandOf(await rig.client.nextCommand(id)), 'Initialize');
  await rig.applyModel((model) => ({
    ...model,
    project: { ...model.project, bounds: { agent: 9 }, toolchain: 'python' },
  }));
  const agent: Command = commandOf((await rig.client.submitResult(id, person.carryOut(initialize))).next);
  expect(agent.expects.files[0]!.path).toBe('src/billing/money.js');
  const failed = {
    commandId: agent.id,
    result: { status: 'error', failure: { kind: 'agent_failed', message: 'no' } },
  } as const;
  expect((await rig.client.submitResult(id, failed)).next).toEqual({ kind: 'done', status: 'failed' });
});

test('components added, renamed and removed between two attempts: what is there then is what is done', async () => {
  rig = await createRig('changing model', {
    files: { 'test/billing/bill.test.js': exampleTest('invoice').replaceAll('invoice.js', 'bill.js') },
    scripted: {
      'Billing/Receipt/GenerateImplementation.1/src/billing/receipt.js': 'export {};\n',
      'Billing/Receipt/FixImplementation.1/src/billing/receipt.js': 'export {};\n',
      'Billing/Bill/GenerateImplementation.1/src/billing/bill.js': prepared(
        'Billing/Invoice/FixImplementation.1/src/billing/invoice.js',
      ),
    },
  });
  const id = await rig.start({
    sessionType: 'contextCoding',
    mode: 'agentic',
    executorQueue: rig.executorQueue,
    onExhausted: 'wait',
    bounds: { rounds: 1, agent: 1, childAttempts: 1 },
  });
  await eventually(async () => (await rig.client.sessionState(id)).waitingOn === 'decision', 'a decision', 40);
  // Invoice becomes Bill, and Receipt goes.
  await rig.applyModel(
    (model) => ({
      ...model,
      components: model.components.flatMap((one) =>
        one.name === 'Receipt' ? [] : [one.name === 'Invoice' ? { ...one, name: 'Bill' } : one],
      ),
    }),
    { prune: true },
  );
  await rig.client.decide(id, { action: 'retry', userId: 'ops', reason: 'the model is right now' });
  const outcome = await rig.client.result(id);
  expect(
    outcome.children.map(({ component, status, attempts }) => `${component} ${status} ${attempts}`).sort(),
  ).toEqual(['Bill complete 1', 'Invoice complete 1', 'Money complete 1', 'Receipt failed 1']);
  const { interactions } = (await rig.reader.get(rig.scope, id))!;
  const spawn = interactions.filter(({ step }) => step.startsWith('Spawn')).at(-1)!;
  expect((spawn.command!.metadata as { removed: readonly string[] }).removed).toEqual(['Invoice', 'Receipt']);
});
