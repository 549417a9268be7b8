import { expect, test } from '@jest/globals';
import { childSessionId } from '../../src/domain/children.js';
import type { SpawnMetadata } from '../../src/domain/command.js';
import { branchName } from '../../src/domain/names.js';
import type { Result } from '../../src/domain/result.js';
import { STEPS } from '../../src/steps/catalog.js';
import { child, commandOf, component, contextFacts, files, judged, junit, type FactsParts } from './facts.js';

const STEP = 'SpawnComponentCodingSessions';
const COMPONENTS = [
  component('Cart', { dependsOn: ['Price', 'Tax'] }),
  component('Price'),
  component('Receipt', { priority: 5 }),
];
const facts = (members: FactsParts = {}) => contextFacts({ components: COMPONENTS, ...members });
const planned = (members: FactsParts) => commandOf(STEP, facts(members)).metadata as SpawnMetadata;
const refusedPlan = (members: FactsParts) => {
  const built = STEPS[STEP]!.buildCommand(facts(members));
  return built.ok ? null : built.failure;
};

test('a fresh context gets one child per component, ready ones by priority, then by name', () => {
  const { children, childSessionIds, removed } = planned({});
  expect(children.map((each) => [each.component, each.attempt])).toEqual([
    ['Receipt', 1],
    ['Cart', 1],
    ['Price', 1],
  ]);
  expect(childSessionIds).toEqual(children.map((each) => each.sessionId));
  expect(new Set(childSessionIds).size).toBe(3);
  expect(removed).toEqual([]);
});

test('a child depends on the components of its own context alone', () => {
  expect(planned({}).children.find((each) => each.component === 'Cart')!.dependsOn).toEqual(['Price']);
});

test('planning again gives the same children, so that starting them twice is starting them once', () => {
  expect(planned({}).childSessionIds).toEqual(planned({}).childSessionIds);
  expect(childSessionId('p', 'Cart', 1)).not.toBe(childSessionId('p', 'Cart', 2));
});

test('only what is not done gets a new attempt: failed, cancelled, not merged, or held against by a check', () => {
  const conflict = { kind: 'merge_conflict', message: 'cart.js' } as const;
  for (const notDone of [
    { status: 'failed' },
    { status: 'cancelled' },
    { mergedAs: null },
    { failure: conflict },
  ] as const) {
    const children = [child('Cart', { attempt: 2, ...notDone }), child('Price'), child('Receipt')];
    const plan = planned({ children });
    expect(plan.children).toEqual([
      { component: 'Cart', attempt: 3, sessionId: childSessionId('session-1', 'Cart', 3), dependsOn: ['Price'] },
    ]);
  }
});

test('a child that was blocked spends no attempt: it is planned again as it was', () => {
  const waiting = child('Cart', { status: 'planned', mergedAs: null, commit: null, attempt: 1 });
  const plan = planned({ children: [waiting, child('Price', { status: 'failed' }), child('Receipt')] });
  expect(plan.children.map((each) => [each.component, each.attempt])).toEqual([
    ['Cart', 1],
    ['Price', 2],
  ]);
});

test('a component added meanwhile is planned, and one removed meanwhile is reported', () => {
  const plan = planned({ children: [child('Cart'), child('Price'), child('Legacy')] });
  expect(plan.children.map((each) => each.component)).toEqual(['Receipt']);
  expect(plan.removed).toEqual(['Legacy']);
});

test('an empty context and a circle of dependencies fail the step by name', () => {
  expect(refusedPlan({ components: [] })).toMatchObject({ kind: 'blocked', rule: 'empty-context' });
  const circle = [component('Cart', { dependsOn: ['Price'] }), component('Price', { dependsOn: ['Cart'] })];
  expect(refusedPlan({ components: circle })).toMatchObject({ kind: 'blocked', rule: 'dependency-cycle' });
  expect(refusedPlan({ components: circle })?.message).toContain('Cart → Price → Cart');
});

test('without an executor the script merges every child before it runs the tests, with one it only runs them', () => {
  const script = (executorQueue: string | null) =>
    commandOf(STEP, facts({ session: { executorQueue } })).script.map(({ argv }) => argv.slice(0, 2).join(' '));
  const thrice = (line: string) => [line, line, line];
  expect(script('here')).toEqual(thrice('node --test'));
  expect(script(null)).toEqual([...thrice('git merge'), ...thrice('node --test')]);
  const merged = commandOf(STEP, facts({ session: { executorQueue: null } })).script[0]!.argv.at(-1);
  expect(merged).toBe(branchName('coding', 'Receipt', childSessionId('session-1', 'Receipt', 1)));
});

const here = facts();
const paths = { Cart: 'src/shop/cart.js', Price: 'src/shop/price.js', Receipt: 'src/shop/receipt.js' };
const passing = Object.fromEntries(COMPONENTS.map(({ name }) => [`test-report/${name}`, junit(['works'])]));
const checked = (outputs: Readonly<Record<string, string>>, without: string[] = [], result: Partial<Result> = {}) => {
  const seen = Object.values(paths).filter((path) => !without.includes(path));
  return judged(STEP, here, { status: 'ok', evidence: files(...seen), ...result }, outputs);
};

test('all files there and all tests passing on the merged branch is ok', () => {
  expect(checked(passing)).toMatchObject({ status: 'ok', patch: { tests: { executed: 3, red: 0 } } });
});

test('a failing test file and a missing file are charged to their own components, and to no other', () => {
  const verdict = checked({ ...passing, 'test-report/Price': junit(['rounds', 'off by one']) }, [paths.Receipt]);
  expect(verdict).toMatchObject({ status: 'error', failure: { kind: 'children_failed', ids: ['Price', 'Receipt'] } });
  expect(verdict.charged).toMatchObject([
    { component: 'Price', failure: { kind: 'tests_failed', ids: ['rounds'] } },
    { component: 'Receipt', failure: { kind: 'missing_files' } },
  ]);
});

test('a component whose tests did not run is charged, and one without a report makes the whole check unsure', () => {
  expect(checked({ ...passing, 'test-report/Cart': junit() }).charged).toMatchObject([{ component: 'Cart' }]);
  const { 'test-report/Cart': _lost, ...others } = passing;
  expect(checked(others)).toMatchObject({ status: 'warning', failure: { kind: 'missing_files' } });
});

test('a component added while the children ran is charged, so that the next round plans it', () => {
  const command = commandOf(STEP, here);
  const grown = facts({ components: [...COMPONENTS, component('Coupon')] });
  const outputs = new Map(Object.entries(passing).map(([name, text]) => [name, new TextEncoder().encode(text)]));
  const result: Result = { status: 'ok', evidence: files(...Object.values(paths)) };
  const verdict = STEPS[STEP]!.judgeResult({ facts: grown, command, result, source: 'observed', outputs });
  expect(verdict.charged).toMatchObject([{ component: 'Coupon' }]);
});

test('children that failed are an error of the spawn step, whatever else is reported', () => {
  const failure = { kind: 'children_failed', message: 'Cart: exhausted', ids: ['Cart'] } as const;
  expect(checked(passing, [], { status: 'error', failure })).toMatchObject({ status: 'error', failure });
});
