import { expect, test } from '@jest/globals';
import { commandOf, component, componentFacts, files, judged, junit, SHA } from './facts.js';

const facts = componentFacts({
  component: component('Cart', { dependsOn: ['Price'] }),
  components: [component('Cart', { dependsOn: ['Price'] }), component('Price')],
  session: { type: 'componentTesting', state: { baseSha: SHA, branch: 'sw/testing/cart-1' } },
});
const FILE = '/w/test/shop/cart.test.js';
const notFound = (path: string) =>
  `Error [ERR_MODULE_NOT_FOUND]: Cannot find module '/w/${path}' imported from ${FILE}\n    at x`;
const ran = (reports: readonly (readonly [string, string?])[], log: string, baseFiles: readonly string[] | null = []) =>
  judged(
    'RunTests',
    facts,
    { status: 'ok', evidence: { ...files('test/shop/cart.test.js'), ...(baseFiles === null ? {} : { baseFiles }) } },
    { 'test-report': junit(...reports), 'test-log': log },
  );
const unloaded: readonly [string, string] = [FILE, 'test failed'];

test('the command asks which implementations were there at the base', () => {
  expect(commandOf('RunTests', facts).expects.base).toEqual({
    commit: SHA,
    paths: ['src/shop/cart.js', 'src/shop/price.js'],
  });
  expect(commandOf('RunTests', componentFacts()).expects).not.toHaveProperty('base');
});

test('red for nothing but a missing implementation is what is wanted: the component’s own, or one it depends on', () => {
  expect(ran([unloaded], notFound('src/shop/cart.js'))).toMatchObject({ status: 'ok', patch: { tests: { red: 1 } } });
  expect(ran([unloaded], notFound('src/shop/price.js'))).toMatchObject({ status: 'ok' });
  const caught =
    "Cannot find module '/w/src/shop/cart.js'\n[Error [ERR_TEST_FAILURE]: Cannot find module '/w/src/shop/cart.js' imported";
  expect(ran([['loads when called', caught], ['passes']], '')).toMatchObject({ status: 'ok' });
});

test.each<[string, readonly (readonly [string, string?])[], string]>([
  ['does not parse', [unloaded], "SyntaxError: Unexpected token ')'\n    at x"],
  ['misses another module', [unloaded], notFound('src/shop/nothing.js')],
  ['misses one whose path only ends alike', [unloaded], notFound('lib/src/shop/cart.js.bak')],
  [
    'fails besides',
    [
      ['a', "[Error: Cannot find module '/w/src/shop/cart.js' imported"],
      ['b', '[AssertionError: 1 !== 2]'],
    ],
    '',
  ],
  ['ends before its tests', [unloaded], ''],
  ['says the words and fails otherwise', [unloaded], `${notFound('src/shop/cart.js')}\nTypeError: x is not a function`],
  ['has no tests', [], ''],
])('a test file that %s goes to FixTests', (_name, reports, log) => {
  expect(ran(reports, log)).toMatchObject({ status: 'error', failure: { kind: 'tests_failed' } });
});

test('where an implementation was there at the base, red is just red, and nobody knowing is looked at again', () => {
  const verdict = ran([unloaded], notFound('src/shop/cart.js'), ['src/shop/cart.js']);
  expect(verdict).toMatchObject({
    status: 'error',
    failure: { message: expect.stringContaining('is implemented already') },
  });
  expect(ran([unloaded], notFound('src/shop/cart.js'), null)).toMatchObject({ status: 'warning' });
});

test('why a file did not load is in the failure that the next prompt tells', () => {
  expect(ran([unloaded], "SyntaxError: Unexpected token ')'")).toMatchObject({
    failure: { detail: expect.stringContaining("SyntaxError: Unexpected token ')'") },
  });
});

test('without a report only what the executor saw counts: a client’s own words are no evidence', () => {
  const detail = notFound('src/shop/cart.js');
  const result = {
    status: 'error',
    failure: { kind: 'command_failed', message: 'no report', detail },
    evidence: { ...files('test/shop/cart.test.js'), baseFiles: [] },
  } as const;
  expect(judged('RunTests', facts, result)).toMatchObject({ status: 'warning' });
  expect(judged('RunTests', facts, result, {}, 'observed')).toMatchObject({
    status: 'ok',
    patch: { tests: { red: 1 } },
  });
});
