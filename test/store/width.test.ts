import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { StepFacts } from '../../src/domain/facts.js';
import type { DesignedModel } from '../../src/domain/judging.js';
import type { Scope } from '../../src/domain/scope.js';
import type { GenerateInput } from '../../src/ports/progress-store.js';
import { readModel } from '../../src/store/project/read-model.js';
import { withScope } from '../../src/store/with-scope.js';
import { type Database, startDatabase } from './database.js';
import { builds, draft, MODEL, newScope, opening, report, startOf } from './sessions.js';

let db: Database;
beforeAll(async () => {
  db = await startDatabase();
});
afterAll(() => db.stop());

const modelOf = (scope: Scope) => withScope(db.ro, scope, (tx) => readModel(tx, scope));
const DESIGNED: DesignedModel = {
  context: 'Billing',
  dependsOn: [],
  components: [
    {
      name: 'Billing.Receipt',
      type: 'module',
      description: 'Prints.',
      priority: null,
      dependsOn: ['Billing.Tax', 'Billing.Till'],
    },
    { name: 'Billing.Till', type: 'module', description: 'Counts.', priority: 7, dependsOn: null },
  ],
};

/** Opens a contextDesign session and completes its first interaction with a design. */
async function design(scope: Scope, designed: DesignedModel) {
  const input = opening(scope, { start: contextStart(scope) });
  await db.progress.openInteraction(input, builds());
  const completed = await db.progress.completeInteraction(report(input), () => ({ status: 'ok', patch: {}, designed }));
  return { input, completed };
}

function contextStart(scope: Scope, change: object = {}): GenerateInput['start'] {
  const { component: _component, ...start } = startOf(scope)!;
  return { ...start, sessionType: 'contextDesign', ...change };
}

test('what a design names is in the model when its verdict is, and again changes nothing', async () => {
  const scope = await newScope(db);
  const other = await newScope(db);
  const { input, completed } = await design(scope, DESIGNED);
  expect(completed).toEqual({ kind: 'verdict', verdict: { status: 'ok', patch: {} } });
  const model = (await modelOf(scope))!;
  expect(model.components.map(({ name, priority, dependsOn }) => [name, priority, dependsOn])).toEqual([
    ['Billing.Invoice', 0, ['Billing.Tax']],
    ['Billing.Receipt', 0, ['Billing.Tax', 'Billing.Till']],
    ['Billing.Tax', 5, []],
    ['Billing.Till', 7, []],
  ]);
  const again = () => {
    throw new Error('judged twice');
  };
  expect(await db.progress.completeInteraction(report(input), again)).toEqual(completed);
  await design(scope, DESIGNED);
  expect(await modelOf(scope)).toEqual(model);
  expect((await modelOf(other))!.components).toHaveLength(2);
});

test('a design that the model cannot take adds nothing at all, and its verdict says why', async () => {
  const scope = await newScope(db);
  const before = await modelOf(scope);
  const gone = { ...DESIGNED.components[0]!, dependsOn: ['Billing.Gone'] };
  const { completed } = await design(scope, { ...DESIGNED, components: [DESIGNED.components[1]!, gone] });
  expect(completed).toMatchObject({ verdict: { status: 'error', failure: { kind: 'invalid_output' } } });
  expect(await modelOf(scope)).toEqual(before);
});

test('a design changes no component of another context, and leaves open what it does not say', async () => {
  const scope = await newScope(db, {
    ...MODEL,
    contexts: [...MODEL.contexts, { name: 'Stock', description: 's', dependsOn: [] }],
  });
  const tax = { name: 'Billing.Tax', type: 'value', description: 'Taxes.', priority: null, dependsOn: null };
  const invoice = { ...tax, name: 'Billing.Invoice' };
  await design(scope, { context: 'Billing', dependsOn: ['Stock'], components: [tax, invoice] });
  const model = (await modelOf(scope))!;
  expect(model.components).toMatchObject([
    { name: 'Billing.Invoice', type: 'value', priority: 0, dependsOn: ['Billing.Tax'] },
    { name: 'Billing.Tax', type: 'value', description: 'Taxes.', priority: 5 },
  ]);
  expect(model.contexts.find(({ name }) => name === 'Billing')!.dependsOn).toEqual(['Stock']);
  await design(scope, { context: 'Stock', dependsOn: [], components: [{ ...tax, description: 'stolen' }] });
  expect((await modelOf(scope))!.components.find(({ name }) => name === 'Billing.Tax')).toMatchObject({
    context: 'Billing',
    description: 'Taxes.',
  });
});

test('facts of a contextDesign have the other contexts with their components; other types are not told', async () => {
  const scope = await newScope(db, {
    ...MODEL,
    contexts: [...MODEL.contexts, { name: 'Stock', description: 's', dependsOn: ['Billing'] }],
  });
  const seen: StepFacts[] = [];
  const look = (facts: StepFacts) => {
    seen.push(facts);
    return { ok: true as const, command: draft() };
  };
  await db.progress.openInteraction(opening(scope, { start: contextStart(scope, { context: 'Stock' }) }), look);
  await db.progress.openInteraction(opening(scope), look);
  expect(seen[0]!.context.dependsOn).toEqual(['Billing']);
  expect(seen[0]!.neighbours).toMatchObject([{ name: 'Billing', components: ['Billing.Invoice', 'Billing.Tax'] }]);
  expect(seen[1]!.neighbours).toEqual([]);
});

test('a session keeps toolchain, bounds and base branch; its children inherit them, and its waivers', async () => {
  const scope = await newScope(db, { ...MODEL, project: { ...MODEL.project, bounds: { agent: 2, rounds: 4 } } });
  const start = contextStart(scope, {
    sessionType: 'contextComponentsDesign',
    baseBranch: 'next',
    bounds: { rounds: 1 },
  });
  const input = opening(scope, { start });
  expect(await db.progress.openInteraction(input, builds())).toMatchObject({ bounds: { agent: 2, rounds: 1 } });
  const waiver = { component: 'Billing.Tax', userId: 'ops', reason: 'later' };
  await db.projects.applyModel(scope, { ...MODEL, project: { ...MODEL.project, toolchain: 'python', bounds: {} } });
  const child = { component: '*', type: 'componentDesignReview', sessionId: randomUUID(), attempt: 1 } as const;
  const plan = { scope, sessionId: input.sessionId, seq: 1, commandId: input.commandId, children: [child] };
  // Planned before the waiver, and blocked: planned again it knows.
  await db.progress.planChildren(plan);
  await db.progress.recordWaiver({ scope, sessionId: input.sessionId, waiver });
  await db.progress.recordWaiver({ scope, sessionId: input.sessionId, waiver: { ...waiver, reason: 'again' } });
  await db.progress.planChildren(plan);
  const facts: StepFacts[] = [];
  const parent = { sessionId: input.sessionId, branch: 'sw/x', attempt: 1 };
  const opened = await db.progress.openInteraction(
    opening(scope, {
      sessionId: child.sessionId,
      start: contextStart(scope, { sessionType: 'componentDesignReview', parent }),
    }),
    (seen) => {
      facts.push(seen);
      return { ok: true, command: draft() };
    },
  );
  expect(opened).toMatchObject({ kind: 'opened', bounds: { agent: 2, rounds: 1 } });
  expect(facts[0]).toMatchObject({
    project: { toolchain: 'node' },
    session: { type: 'componentDesignReview', component: null, waivers: [waiver], baseBranch: null },
  });
  const { children, revision } = (await db.reader.get(scope, input.sessionId))!;
  expect(children).toMatchObject([{ type: 'componentDesignReview', component: null }]);
  const events = await db.reader.events(scope, input.sessionId, 0, 100);
  expect(events.map((event) => event.revision)).toEqual(Array.from({ length: revision }, (_, index) => index + 1));
  expect(events.filter(({ type }) => type === 'component_waived')).toHaveLength(1);
});

test('two designs at once that name one component: the second is judged again by what the first made of the model', async () => {
  const scope = await newScope(db, {
    ...MODEL,
    contexts: [...MODEL.contexts, { name: 'Stock', description: 's', dependsOn: [] }],
  });
  const designs = await Promise.all(
    ['Billing', 'Stock'].map(async (context) => {
      const input = opening(scope, { start: contextStart(scope, { context }) });
      await db.progress.openInteraction(input, builds());
      return { context, input };
    }),
  );
  const ledger = { name: 'Ledger', type: 'module', description: 'd', priority: null, dependsOn: null };
  const verdicts = await Promise.all(
    designs.map(({ context, input }) =>
      db.progress.completeInteraction(report(input), ({ facts }) => {
        const isTaken = facts.neighbours.some(({ components }) => components.includes('Ledger'));
        if (isTaken) return { status: 'error', failure: { kind: 'invalid_output', message: 'taken' }, patch: {} };
        return { status: 'ok', patch: {}, designed: { context, dependsOn: [], components: [ledger] } };
      }),
    ),
  );
  expect(verdicts.map((completed) => completed.kind === 'verdict' && completed.verdict.status).sort()).toEqual([
    'error',
    'ok',
  ]);
  expect((await modelOf(scope))!.components.filter(({ name }) => name === 'Ledger')).toHaveLength(1);
});

test('a design whose dependencies close a circle through another context adds nothing', async () => {
  const billing = { ...MODEL.contexts[0]!, dependsOn: ['Stock'] };
  const scope = await newScope(db, {
    ...MODEL,
    contexts: [billing, { name: 'Stock', description: 's', dependsOn: [] }],
  });
  const input = opening(scope, { start: contextStart(scope, { context: 'Stock' }) });
  await db.progress.openInteraction(input, builds());
  const designed = { context: 'Stock', dependsOn: ['Billing'], components: [] };
  const completed = await db.progress.completeInteraction(report(input), () => ({ status: 'ok', patch: {}, designed }));
  expect(completed).toMatchObject({
    verdict: {
      status: 'error',
      failure: { kind: 'invalid_output', message: expect.stringContaining('circle: Billing → Stock → Billing') },
    },
  });
  expect((await modelOf(scope))!.contexts.find(({ name }) => name === 'Stock')!.dependsOn).toEqual([]);
});

test('what is held against a child is whole in its row and for its replacement, and short in what travels', async () => {
  const scope = await newScope(db);
  const input = opening(scope, { start: contextStart(scope, { sessionType: 'contextCoding' }) });
  await db.progress.openInteraction(input, builds());
  const child = { component: 'Billing.Tax', sessionId: randomUUID(), attempt: 1 };
  const key = { scope, sessionId: input.sessionId, seq: 1, commandId: input.commandId };
  await db.progress.planChildren({ ...key, children: [child] });
  const failure = {
    kind: 'tests_failed',
    message: 'm'.repeat(900),
    detail: 'd'.repeat(3000),
    ids: ['a', 'b'],
  } as const;
  const charged = [{ component: child.component, failure }];
  const completed = await db.progress.completeInteraction(report(input), () => ({
    status: 'error',
    failure,
    patch: {},
    charged,
  }));
  const short = { kind: 'tests_failed', message: 'm'.repeat(300) } as const;
  expect(completed).toMatchObject({ verdict: { charged: [{ component: child.component, failure: short }] } });
  const attempt = {
    ...child,
    status: 'complete',
    branch: 'b',
    commit: 'c',
    mergedAs: 'm',
    failure: short,
    fixRounds: 0,
  } as const;
  await db.progress.recordChild(scope, input.sessionId, attempt);
  const second = { ...child, sessionId: randomUUID(), attempt: 2 };
  await db.progress.planChildren({ ...key, children: [second] });
  const seen: StepFacts[] = [];
  const parent = { sessionId: input.sessionId, branch: 'sw/x', attempt: 2 };
  const start = startOf(scope, { component: child.component, parent });
  await db.progress.openInteraction(opening(scope, { sessionId: second.sessionId, start }), (facts) => {
    seen.push(facts);
    return { ok: true, command: draft() };
  });
  expect(seen[0]!.lastFailure).toEqual(failure);
});
