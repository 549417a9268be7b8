import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { spawnSync } from 'node:child_process';
import { findCycle, startOrder, type GraphNode } from '../../src/domain/component-graph.js';
import { branchName, isBranch, isRepositoryPath, isSessionId, nameFault, pathOf } from '../../src/domain/names.js';
import { SESSION_TYPES } from '../../src/domain/session-types/catalog.js';

const HOSTILE = [
  '',
  ' ',
  '-rf',
  '..',
  'a/../b',
  'a..b',
  '$(reboot)',
  '`id`',
  "a'b",
  'a"b',
  'a\nb',
  'ä',
  'a;b',
  'a b',
  '.git',
  'a.',
  '1a',
  'a\u0000',
];
const branchType = fc.constantFrom(...Object.values(SESSION_TYPES).map((type) => type.branchType));
const name = fc.stringMatching(/^[A-Za-z][A-Za-z0-9_-]{0,20}(\.[A-Za-z][A-Za-z0-9_-]{0,20}){0,3}$/);
const sessionId = fc.oneof(fc.uuid(), fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_-]{0,40}$/));

test('hostile names of components, contexts and sessions are refused', () => {
  expect(HOSTILE.filter((text) => nameFault(text) === null)).toEqual([]);
  expect(HOSTILE.filter((text) => isSessionId(text))).toEqual(['1a']);
  expect(nameFault('x'.repeat(101))).toMatch(/longer than 100/);
});

test('an accepted name gives a path that stays inside the repository', () => {
  fc.assert(
    fc.property(name, (text) => {
      expect(nameFault(text)).toBeNull();
      expect(isRepositoryPath(`src/${pathOf(text)}.js`)).toBe(true);
      expect(pathOf(text)).toMatch(/^[a-z0-9-]+(\/[a-z0-9-]+)*$/);
    }),
  );
  expect([pathOf('Billing.LineItem'), pathOf('HTTPServer'), pathOf('tax_rate2')]).toEqual([
    'billing/line-item',
    'http-server',
    'tax-rate2',
  ]);
});

test('a branch name is accepted, whatever it is made from', () => {
  fc.assert(
    fc.property(
      branchType,
      fc.oneof(name, fc.string({ unit: 'binary' })),
      fc.oneof(sessionId, fc.string()),
      (type, text, id) => {
        expect(isBranch(branchName(type, text, id))).toBe(true);
      },
    ),
  );
});

test('two sessions never share a branch', () => {
  fc.assert(
    fc.property(name, sessionId, sessionId, (text, one, other) => {
      fc.pre(one !== other);
      expect(branchName('coding', text, one)).not.toBe(branchName('coding', text, other));
    }),
  );
  const nightly = (tenant: string) => branchName('coding', 'Cart', `${tenant}-nightly-2026-11-21`);
  expect(nightly('red')).not.toBe(nightly('blue'));
});

test('git itself accepts every branch that is accepted here', () => {
  const likely = fc.stringMatching(/^[A-Za-z0-9_@.-]{1,6}(\/[A-Za-z0-9_.-]{1,6}){0,2}$/).filter(isBranch);
  const made = fc.tuple(branchType, name, sessionId).map((parts) => branchName(...parts));
  for (const branch of fc.sample(fc.oneof(likely, made), 40)) {
    const { status } = spawnSync('git', ['check-ref-format', `refs/heads/${branch}`]);
    expect([branch, status]).toEqual([branch, 0]);
  }
});

test('names that git would take for something else are no branches', () => {
  const wrong = [
    '',
    '-x',
    'a..b',
    'a.lock',
    'a.lock/b',
    'a.',
    '.a',
    'a//b',
    '/a',
    'a/',
    'a b',
    'a~1',
    'a:b',
    '@{1}',
    'ä',
    'a\n',
  ];
  expect(wrong.filter(isBranch)).toEqual([]);
  expect(['main', 'sw/coding/cart-1', 'release/1.2', '_x'].filter((branch) => !isBranch(branch))).toEqual([]);
});

test('paths that leave the repository or reach into .git are refused', () => {
  const wrong = [
    '',
    '/etc/passwd',
    '../x',
    'a/../../x',
    'a//b',
    './a',
    'a/.git/config',
    '.GIT/hooks',
    'a\\b',
    'C:x',
    'a\nb',
  ];
  expect(wrong.filter(isRepositoryPath)).toEqual([]);
  expect(['src/a.js', 'a b/ü.js', '-x', '.gitignore'].filter((path) => !isRepositoryPath(path))).toEqual([]);
});

const node = (text: string, ...dependsOn: string[]): GraphNode => ({ name: text, priority: 0, dependsOn });

test('a cycle is named step by step, from any component that leads to it', () => {
  expect(findCycle([node('a', 'b'), node('b', 'c'), node('c', 'b')])).toEqual(['b', 'c', 'b']);
  expect(findCycle([node('a', 'a')])).toEqual(['a', 'a']);
  expect(findCycle([node('a', 'b', 'c'), node('b', 'd'), node('c', 'd'), node('d', 'elsewhere')])).toBeNull();
});

test('a cycle is found exactly when the components cannot be put in an order', () => {
  const graph = fc.array(fc.array(fc.nat(5), { maxLength: 3 }), { maxLength: 6 }).map((all) => {
    return all.map((dependsOn, index) => node(`n${index}`, ...dependsOn.map((to) => `n${to}`)));
  });
  fc.assert(
    fc.property(graph, (nodes) => {
      const cycle = findCycle(nodes);
      expect(cycle === null).toBe(canBeOrdered(nodes));
      for (const [index, text] of (cycle ?? []).slice(0, -1).entries()) {
        expect(nodes.find((each) => each.name === text)!.dependsOn).toContain(cycle![index + 1]);
      }
      if (cycle) expect(cycle[0]).toBe(cycle.at(-1));
    }),
  );
});

function canBeOrdered(nodes: readonly GraphNode[]): boolean {
  let left = nodes;
  for (;;) {
    const ready = left.filter(({ dependsOn }) => !dependsOn.some((to) => left.some((each) => each.name === to)));
    if (ready.length === 0) return left.length === 0;
    left = left.filter((each) => !ready.includes(each));
  }
}

test('components that are ready together start by priority, then by name', () => {
  const nodes = [node('b'), node('C'), { ...node('z'), priority: 2 }, node('a')];
  expect(startOrder(nodes).map((each) => each.name)).toEqual(['z', 'C', 'a', 'b']);
});
