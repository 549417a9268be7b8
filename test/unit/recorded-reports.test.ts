import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { parseJunit } from '../../src/documents/junit-report.js';
import type { TestReport } from '../../src/domain/test-report.js';

const PYTHON = 'test/billing/test_money.py';
const ELIXIR = 'test/shop/billing/line_item_test.exs';

function recorded(name: string, testFile: string): TestReport {
  const parsed = parseJunit(readFileSync(new URL(`reports/${name}.xml`, import.meta.url)), testFile);
  if (!parsed.ok) throw new Error(parsed.reason);
  return parsed.report;
}

test('pytest: tests are counted, and named with their class and parameters', () => {
  const report = recorded('pytest-tests', PYTHON);
  expect(report).toMatchObject({ executed: 5, skipped: 2 });
  expect(report.failed).toEqual([
    {
      name: 'TestShow > test_shows',
      message: expect.stringMatching(/^AssertionError: assert '1\.00' == '1\.00 <&>'\n/) as unknown,
      loadFailure: false,
    },
    {
      name: 'test_fixture',
      message: expect.stringContaining('E   RuntimeError: fixture broke') as unknown,
      loadFailure: false,
    },
  ]);
});

test.each([
  ['pytest-package-missing', "E   ModuleNotFoundError: No module named 'billing'"],
  ['pytest-module-missing', "E   ModuleNotFoundError: No module named 'billing.money'"],
  ['pytest-other-missing', "E   ModuleNotFoundError: No module named 'nothere'"],
  ['pytest-syntax', "E   SyntaxError: '(' was never closed"],
  // Six thousand characters of traceback, and what went wrong at their end.
  ['pytest-exit', 'SystemExit: 3'],
])('%s: a file that pytest could not load is a load failure named by its path, with the reason', (name, reason) => {
  const report = recorded(name, PYTHON);
  expect(report).toMatchObject({ executed: 0, skipped: 0 });
  expect(report.failed).toEqual([
    { name: PYTHON, message: expect.stringContaining(reason) as unknown, loadFailure: true },
  ]);
  expect(report.failed[0]!.message.length).toBeLessThanOrEqual(2_000);
});

test('pytest: a file without tests counts zero', () => {
  expect(recorded('pytest-no-tests', PYTHON)).toEqual({ executed: 0, skipped: 0, failed: [] });
});

test('ExUnit: tests are named by their module as it is written', () => {
  const report = recorded('exunit-tests', ELIXIR);
  expect(report).toMatchObject({ executed: 2, skipped: 1 });
  expect(report.failed).toEqual([
    {
      name: 'Shop.Billing.LineItemTest > test total is quantity times price',
      message: expect.stringContaining('left:  2002') as unknown,
      loadFailure: false,
    },
  ]);
});
