import { expect, test } from '@jest/globals';
import type { Result } from '../../src/domain/result.js';
import { commandOf, componentFacts, files, judged, junit } from './facts.js';

const facts = componentFacts();
const CODE = 'src/shop/cart.js';
const TEST = 'test/shop/cart.test.js';
const ok: Result = { status: 'ok', exitCode: 0, evidence: files(CODE) };
const run = (result: Result, report?: string) =>
  judged('RunTests', facts, result, report === undefined ? {} : { 'test-report': report });

test('RunTests runs the test file of the component, and says where the report is expected', () => {
  const command = commandOf('RunTests', facts);
  expect(command.script[0]!.argv).toEqual(expect.arrayContaining(['node', '--test', TEST]));
  expect(command.expects).toMatchObject({
    files: [{ path: CODE }],
    testReports: [{ output: 'test-report', component: 'Cart', testFile: TEST }],
  });
});

test('tests that ran and passed, with the implementation there, are ok', () => {
  expect(run(ok, junit(['adds'], ['removes']))).toMatchObject({
    status: 'ok',
    patch: { tests: { executed: 2, red: 0 } },
  });
});

test('a claimed ok with a failing report is an error that names the failing test and what it said', () => {
  const verdict = run(ok, junit(['adds'], ['removes', 'expected 1']));
  expect(verdict).toMatchObject({ status: 'error', failure: { kind: 'tests_failed', ids: ['removes'], file: TEST } });
  expect(verdict.failure?.detail).toContain('expected 1');
});

test('a report without any executed test is an error, also when all were skipped', () => {
  const skipped =
    '<testsuites><testcase name="adds" classname="test"><skipped type="skipped" message="true"/></testcase></testsuites>';
  for (const report of [junit(), skipped]) {
    expect(run(ok, report)).toMatchObject({ status: 'error', failure: { kind: 'tests_failed', ids: ['no tests'] } });
  }
});

test('a test file that did not load is an error, though no test of it ran', () => {
  const verdict = run({ ...ok, exitCode: 1 }, junit([`/w/session-1/${TEST}`, 'Cannot find module']));
  expect(verdict).toMatchObject({ status: 'error', failure: { kind: 'tests_failed', ids: [TEST] } });
  expect(verdict.failure?.detail).toContain('Cannot find module');
});

test('a report that is missing or unreadable is a warning: nobody knows, so it is looked at again', () => {
  expect(run(ok)).toMatchObject({ status: 'warning', failure: { kind: 'missing_files' } });
  for (const broken of ['', 'not xml', junit(['adds']).slice(0, 60)]) {
    expect(run(ok, broken)).toMatchObject({ status: 'warning', failure: { kind: 'invalid_output' } });
  }
});

test('passing tests without the implementation file are an error', () => {
  const verdict = run({ status: 'ok', evidence: files('src/shop/other.js') }, junit(['adds']));
  expect(verdict).toMatchObject({ status: 'error', failure: { kind: 'missing_files', ids: [CODE] } });
});

test('a bad exit code beside a passing report is never ok and never a round of fixing', () => {
  expect(run({ ...ok, exitCode: 137 }, junit(['adds']))).toMatchObject({ status: 'warning' });
});

test('a lost executor and a timeout are a warning, never a round of fixing', () => {
  for (const kind of ['executor_lost', 'timed_out', 'client_gone'] as const) {
    const result: Result = { status: 'error', failure: { kind, message: 'gone' } };
    expect(run(result)).toMatchObject({ status: 'warning', failure: { kind } });
  }
});

test('the same failing tests have the same ids in any order of the report, so that stuck is seen', () => {
  const ids = (report: string) => [...(run(ok, report).failure?.ids ?? [])].sort();
  expect(ids(junit(['b', 'x'], ['a', 'x']))).toEqual(ids(junit(['a', 'y'], ['b', 'x'])));
});
