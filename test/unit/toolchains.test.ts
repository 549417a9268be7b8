import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseJunit } from '../../src/documents/junit-report.js';
import { isRepositoryPath, nameFault } from '../../src/domain/names.js';
import { toolchainOf } from '../../src/domain/toolchains/catalog.js';
import { customFaults } from '../../src/domain/toolchains/custom.js';
import type { CustomToolchain, ToolchainSpec } from '../../src/domain/toolchains/toolchain.js';
import { parseProjectFile } from '../../src/schemas/project-file.js';

/** As docs/toolchains.md has it. */
const ELIXIR: CustomToolchain = {
  implementation: 'lib/shop/{context_snake}/{component_snake}.ex',
  test: 'test/shop/{context_snake}/{component_snake}_test.exs',
  testArgv: ['env', 'JUNIT_REPORT={report}', 'mix', 'test', '--formatter', 'JUnitFormatter', '{test}'],
  missing: [
    'module Shop.{context_module}.{component_module} is not available',
    'cannot expand struct Shop.{context_module}.{component_module}.',
  ],
};
const SPECS: readonly ToolchainSpec[] = ['node', 'python', ELIXIR];

const file = (name: string): string => readFileSync(new URL(`reports/${name}`, import.meta.url), 'utf8');
const failures = (name: string, path: string): readonly string[] => {
  const parsed = parseJunit(Buffer.from(file(name)), path);
  if (!parsed.ok) throw new Error(parsed.reason);
  return parsed.report.failed.map(({ message }) => message);
};

test('docs/toolchains.md shows the Elixir toolchain that is tested here', () => {
  const docs = readFileSync(new URL('../../docs/toolchains.md', import.meta.url), 'utf8');
  const texts = [ELIXIR.implementation, ELIXIR.test, ...ELIXIR.missing, ...ELIXIR.testArgv];
  expect(texts.filter((text) => !docs.includes(text))).toEqual([]);
});

test.each<[ToolchainSpec, string, string, string, string]>([
  ['node', 'Billing', 'LineItem', 'src/billing/line-item.js', 'test/billing/line-item.test.js'],
  ['node', 'Billing.Tax', 'Rate.Vat', 'src/billing/tax/rate/vat.js', 'test/billing/tax/rate/vat.test.js'],
  ['python', 'Billing', 'LineItem', 'src/billing/line_item.py', 'test/billing/test_line_item.py'],
  ['python', 'Billing.Tax', 'Rate.Vat', 'src/billing/tax/rate/vat.py', 'test/billing/tax/rate/test_vat.py'],
  [ELIXIR, 'Billing', 'LineItem', 'lib/shop/billing/line_item.ex', 'test/shop/billing/line_item_test.exs'],
])('%j: %s/%s is %s, tested by %s', (spec, context, component, implementation, tests) => {
  const toolchain = toolchainOf(spec);
  expect(toolchain.implementationPath(context, component)).toBe(implementation);
  expect(toolchain.testPath(context, component)).toBe(tests);
});

test('a custom template may ask for every form of a name', () => {
  const forms = ['', '_snake', '_dotted', '_module'].map((form) => `{context${form}}|{component${form}}`).join(' ');
  const spec = { ...ELIXIR, implementation: forms };
  expect(toolchainOf(spec).implementationPath('Billing.EuTax', 'HTTP_rate')).toBe(
    'billing/eu-tax|http-rate billing/eu_tax|http_rate billing.eu_tax|http_rate Billing.EuTax|HTTPRate',
  );
});

test.each<[ToolchainSpec, string]>([
  ['node', '--test-reporter-destination=r.xml'],
  ['python', '--junitxml=r.xml'],
  [ELIXIR, 'JUNIT_REPORT=r.xml'],
])('%j: the test runner is told the test file and where to write its report', (spec, report) => {
  const argv = toolchainOf(spec).testArgv('test/x.test', 'r.xml', 'log.txt');
  expect(argv).toContain(report);
  expect(argv.at(-1)).toBe('test/x.test');
  expect(argv.join(' ')).not.toMatch(/[{}]/);
});

const PYTHON_TEST = 'test/billing/test_money.py';
test.each([
  ['pytest-package-missing.xml', 'Money', [true]],
  ['pytest-module-missing.xml', 'Money', [true]],
  ['pytest-module-missing.xml', 'Mon', [false]],
  ['pytest-module-missing.xml', 'Money.Rate', [true]],
  ['pytest-other-missing.xml', 'Money', [false]],
  ['pytest-syntax.xml', 'Money', [false]],
  ['pytest-exit.xml', 'Money', [false]],
  ['pytest-tests.xml', 'Money', [false, false]],
  // Imported in the test; caught by the test, which then asserts; `from package import module`.
  ['pytest-inside-tests.xml', 'Rate', [true, false, true]],
])('python: %s says that Billing/%s is missing: %j', (name, component, expected) => {
  const said = failures(name, PYTHON_TEST).map((text) => toolchainOf('python').saysMissing(text, 'Billing', component));
  expect(said).toEqual(expected);
});

test('python: a traceback without marks is read too', () => {
  const text =
    'Traceback (most recent call last):\n  File "t.py"\nModuleNotFoundError: No module named \'billing.money\'';
  expect(toolchainOf('python').saysMissing(text, 'Billing', 'Money')).toBe(true);
  expect(toolchainOf('python').saysMissing(`${text}\nValueError: x`, 'Billing', 'Money')).toBe(false);
  const hidden = "E   ModuleNotFoundError: No module named 'billing.money.rate'; 'billing.money' is not a package";
  expect(toolchainOf('python').saysMissing(hidden, 'Billing', 'Money.Rate')).toBe(false);
});

test('custom: what ExUnit says about a module or a struct that is not there, in a report or on the console', () => {
  const toolchain = toolchainOf(ELIXIR);
  const says = (text: string, component = 'LineItem'): boolean => toolchain.saysMissing(text, 'Billing', component);
  const test = toolchain.testPath('Billing', 'LineItem');
  expect(failures('exunit-module-missing.xml', test).map((text) => says(text))).toEqual([true]);
  expect(failures('exunit-module-missing.xml', test).map((text) => says(text, 'Line'))).toEqual([false]);
  expect(failures('exunit-tests.xml', test).map((text) => says(text))).toEqual([false]);
  expect([says(file('exunit-struct-missing.txt')), says(file('exunit-syntax.txt'))]).toEqual([true, false]);
});

test.each<[string, Partial<CustomToolchain>, RegExp]>([
  [
    'a placeholder nobody knows',
    { test: 'test/{Component}_test.exs' },
    /test: .*\{Component\}; .*\{component_module\}/,
  ],
  ['a property every object has', { test: '{component}/{constructor}' }, /test: .*\{constructor\}/],
  ['the report in a path', { implementation: '{component}/{report}' }, /implementation: .*\{report\}/],
  ['the component in argv', { testArgv: ['mix', '{test}', '{report}', '{component}'] }, /testArgv\.3: .*\{component\}/],
  ['no report', { testArgv: ['mix', 'test', '{test}'] }, /testArgv: has no \{report\}/],
  ['no test', { testArgv: ['mix', 'test', '{report}'] }, /testArgv: has no \{test\}/],
  ['one path for all', { implementation: 'lib/{context}.ex' }, /implementation: does not name the component/],
  ['a path outside', { implementation: '../{component}.ex' }, /implementation: is no path inside/],
  ['an absolute path', { test: '/tmp/{component}.exs' }, /test: is no path inside/],
  ['a path into .git', { test: '.git/hooks/{component}' }, /test: is no path inside/],
  ['a path like an option', { test: '-{component}' }, /test: is no path inside/],
  ['tests over the implementation', { test: ELIXIR.implementation }, /test: is the path of the implementation/],
  ['any failure as missing', { missing: ['undefined'] }, /missing\.0: does not name the component/],
])('a custom toolchain with %s is refused', (_name, change, expected) => {
  const faults = customFaults({ ...ELIXIR, ...change });
  expect(faults.map(({ path, message, expected: wanted }) => `${path.join('.')}: ${message}; ${wanted}`)).toEqual([
    expect.stringMatching(expected) as unknown,
  ]);
});

test('the Elixir toolchain is fine, and braces that hold no word are left alone', () => {
  expect(customFaults(ELIXIR)).toEqual([]);
  const json = { ...ELIXIR, testArgv: ['run', '{"a": 1}', '{test}', '--{report}'] };
  expect(customFaults(json)).toEqual([]);
  expect(toolchainOf(json).testArgv('t', 'r', 'l')).toEqual(['run', '{"a": 1}', 't', '--r']);
});

test('python: what the language or pytest has taken is no name', () => {
  const { nameFault: fault } = toolchainOf('python');
  expect(fault('context', 'Calendar')).toMatch(/package calendar, and Python or pytest has a module/);
  expect(fault('context', 'Email.Import')).toMatch(/"import" is a keyword/);
  expect(fault('component', 'Class')).toMatch(/"class" is a keyword/);
  expect([fault('component', 'Calendar'), fault('context', 'Shop.Calendar'), fault('context', 'Billing')]).toEqual([
    null,
    null,
    null,
  ]);
});

const part = fc.stringMatching(/^[A-Za-z][A-Za-z0-9_-]{0,3}$/);
const name = fc
  .array(fc.oneof(part, fc.constantFrom('Tax', 'tax', 'LineItem', 'line-item', 'line_item', 'Lineitem')), {
    minLength: 1,
    maxLength: 2,
  })
  .map((parts) => parts.join('.'));

test.each(SPECS)(
  '%j: the components of an accepted file never share a path, and none leaves the repository',
  (spec) => {
    const toolchain = toolchainOf(spec);
    let accepted = 0;
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom('Billing', 'Billing.Tax', 'billing-tax'), name), {
          minLength: 2,
          maxLength: 4,
        }),
        (pairs) => {
          fc.pre(pairs.every(([, component]) => nameFault(component) === null));
          if (!parseProjectFile(yamlOf(spec, pairs), '/p/specwright.yaml').ok) return;
          accepted += 1;
          const paths = pairs.flatMap(([context, component]) => [
            toolchain.implementationPath(context, component),
            toolchain.testPath(context, component),
          ]);
          expect(new Set(paths.map((path) => path.toLowerCase())).size).toBe(paths.length);
          expect(paths.filter((path) => !isRepositoryPath(path))).toEqual([]);
        },
      ),
      { numRuns: 300 },
    );
    expect(accepted).toBeGreaterThan(30);
  },
);

/** JSON is YAML. */
function yamlOf(spec: ToolchainSpec, pairs: readonly (readonly [string, string])[]): string {
  const contexts = [...new Set(pairs.map(([context]) => context))].map((context) => ({
    name: context,
    description: 'd',
    components: pairs
      .filter(([of]) => of === context)
      .map(([, component]) => ({ name: component, type: 't', description: 'd' })),
  }));
  const toolchain = typeof spec === 'string' ? spec : { custom: spec };
  return JSON.stringify({ project: { name: 'p', description: 'd', toolchain, remote: '/r' }, contexts });
}
