import { afterEach, expect, test } from '@jest/globals';
import type { SessionOutcome } from '../../src/client.js';
import { DELIVERY, UNDESIGNED } from '../support/delivery.js';
import { gitIn } from '../support/example.js';
import { ManualClient } from '../support/manual-client.js';
import { driveTree } from '../support/manual-tree.js';
import { recordHistory } from '../support/record-history.js';
import { createRig, type Rig } from '../support/rig.js';

let rig: Rig;
afterEach(() => rig.end());

const filesOf = (branch: string, folder: string) =>
  gitIn(rig.example.remote, 'ls-tree', '-r', '--name-only', branch, folder).split('\n');

async function recordAll(outcome: SessionOutcome, type: string, way: string): Promise<void> {
  await recordHistory(rig, outcome.sessionId, `${type}.${way}`);
  for (const child of outcome.children) {
    const { type: childType } = (await rig.reader.get(rig.scope, child.sessionId))!;
    await recordHistory(rig, child.sessionId, `${childType}.${way}`);
  }
}

/** Each turn as `Step status`, with the failure's kind. */
async function turnsOf(sessionId: string): Promise<readonly string[]> {
  const { interactions } = (await rig.reader.get(rig.scope, sessionId))!;
  return interactions.map(({ step, status, failure }) => `${step} ${status}${failure ? ` ${failure.kind}` : ''}`);
}

async function prompts(sessionId: string): Promise<string> {
  const { interactions } = (await rig.reader.get(rig.scope, sessionId))!;
  return interactions.map(({ command }) => JSON.stringify(command)).join('\n');
}

test('an agentic delivery from the first design to code: every mistake on the way is found and mended, four branches stacked', async () => {
  rig = await createRig('agentic delivery', UNDESIGNED);
  const done: SessionOutcome[] = [];
  for (const sessionType of DELIVERY) {
    const base = done.at(-1)?.branch;
    const id = await rig.start({
      sessionType,
      mode: 'agentic',
      executorQueue: rig.executorQueue,
      ...(base ? { baseBranch: base } : {}),
    });
    done.push(await rig.client.result(id));
    await recordAll(done.at(-1)!, sessionType, 'agentic');
  }
  const [design, components, tests, coding] = done as [SessionOutcome, SessionOutcome, SessionOutcome, SessionOutcome];

  expect(await turnsOf(design.sessionId)).toEqual([
    'Initialize ok',
    'GenerateContextDesign ok',
    'ValidateDesign error invalid_output',
    'GenerateContextDesign ok',
    'ValidateDesign ok',
    'Finalize ok',
  ]);
  expect(await prompts(design.sessionId)).toMatch(/line 46, Components \(entry-table\)/);

  expect(await turnsOf(components.sessionId)).toEqual([
    'Initialize ok',
    'SpawnComponentDesignSessions ok',
    'SpawnReviewSession error review_rejected',
    'SpawnReviewSession ok',
    'Finalize ok',
  ]);
  const attempts = components.children.map((child) => `${child.component} ${child.attempts}`);
  expect(attempts.sort()).toEqual(['* 2', 'Invoice 1', 'Money 1', 'Receipt 2']);
  const revised = components.children.find(({ component }) => component === 'Receipt')!;
  expect(await prompts(revised.sessionId)).toContain('Say how a name is cut');
  expect(filesOf(components.branch!, 'docs')).toEqual([
    'docs/design/components/billing/invoice.md',
    'docs/design/components/billing/money.md',
    'docs/design/components/billing/receipt.md',
    'docs/design/contexts/billing.md',
    'docs/design/reviews/billing/review.md',
  ]);

  const mended = tests.children.find(({ component }) => component === 'Invoice')!;
  expect(await turnsOf(mended.sessionId)).toEqual([
    'Initialize ok',
    'GenerateTests ok',
    'RunTests error tests_failed',
    'FixTests ok',
    'RunTests ok',
    'Finalize ok',
  ]);
  expect(await prompts(mended.sessionId)).toContain("SyntaxError: Unexpected token ')'");
  expect(tests.pullRequest!.body).toContain(
    'Those of 3 components fail, and only because their implementation is not there yet',
  );
  expect(coding.pullRequest!.body).toMatch(/\d\d tests ran on this branch, and none failed/);

  for (const [index, { branch, remoteSha }] of done.entries()) {
    expect(gitIn(rig.example.remote, 'rev-parse', branch!)).toBe(remoteSha);
    if (index > 0) gitIn(rig.example.remote, 'merge-base', '--is-ancestor', done[index - 1]!.branch!, branch!);
  }
  expect(filesOf(coding.branch!, 'src')).toHaveLength(3);
});

test('a design adds its components to the model once: designing again changes nothing', async () => {
  rig = await createRig('designed once', UNDESIGNED);
  const component = (name: string, type: string, priority: number, dependsOn: readonly string[]) => ({
    name,
    context: 'Billing',
    type,
    description: 'as designed',
    priority,
    dependsOn,
  });
  const expected = [
    component('Invoice', 'module', 0, ['Money']),
    component('Money', 'value', 10, []),
    component('Receipt', 'module', 0, ['Money']),
  ];
  const design = async () => {
    const id = await rig.start({ sessionType: 'contextDesign', mode: 'agentic', executorQueue: rig.executorQueue });
    await rig.client.result(id);
    return rig.dryRun((model) => ({ ...model, components: expected }));
  };
  // Nothing would be created, and of what is there only the words would change.
  const first = await design();
  expect(first).toMatchObject({ ok: true, created: [], undeclared: [] });
  const fields = new Set(first.ok ? first.changed.flatMap((part) => part.fields.map(({ field }) => field)) : []);
  expect([...fields]).toEqual(['description']);
  expect(await design()).toEqual(first);
});

test('the same delivery by hand, with no executor anywhere: a person gets every command of every tree', async () => {
  rig = await createRig('manual delivery', { ...UNDESIGNED, workers: ['session'] });
  const person = new ManualClient(rig.example, rig.config.dataDir);
  let base: string | null = null;
  for (const sessionType of DELIVERY) {
    const id = await rig.start({ sessionType, ...(base === null ? {} : { baseBranch: base }) });
    expect(await driveTree(rig, person, id)).toEqual({ kind: 'done', status: 'complete' });
    const outcome = await rig.client.result(id);
    await recordAll(outcome, sessionType, 'manual');
    expect(gitIn(rig.example.remote, 'rev-parse', outcome.branch!)).toBe(outcome.remoteSha);
    base = outcome.branch;
  }
  const kinds = new Set(person.seen.map(({ kind }) => kind));
  expect([...kinds].sort()).toEqual([
    'agent',
    'check_document',
    'finalize',
    'prepare_workspace',
    'run_tests',
    'spawn_children',
  ]);
});
