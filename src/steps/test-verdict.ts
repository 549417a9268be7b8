import type { ExpectedTestReport } from '../domain/command.js';
import { tail, type Failure } from '../domain/failures.js';
import type { FailedTest } from '../domain/test-report.js';
import { parseJunit } from '../documents/junit-report.js';

/** `unreadable`: nobody knows whether the tests pass, so it is looked at again. */
export type TestOutcome =
  | { readonly kind: 'passed'; readonly executed: number }
  | {
      readonly kind: 'failed';
      readonly failure: Failure;
      readonly executed: number;
      /** With everything that was said about each, the runner's log included for a file that did not load. */
      readonly tests: readonly FailedTest[];
    }
  | { readonly kind: 'unreadable'; readonly failure: Failure };

/** Judges one JUnit report by its bytes. Zero executed tests is not a pass. */
export function judgeTests(expected: ExpectedTestReport, outputs: ReadonlyMap<string, Uint8Array>): TestOutcome {
  const file = expected.testFile;
  const bytes = outputs.get(expected.output);
  if (bytes === undefined) {
    const message = `the test report ${expected.output} was not reported; add the bytes of ${expected.path} as that output`;
    return { kind: 'unreadable', failure: { kind: 'missing_files', message, ids: [expected.path] } };
  }
  const parsed = parseJunit(bytes, file);
  if (!parsed.ok) {
    return {
      kind: 'unreadable',
      failure: { kind: 'invalid_output', message: `${expected.output}: ${parsed.reason}`, file },
    };
  }
  const { executed } = parsed.report;
  const log = logOf(expected, outputs);
  // Of a file that did not load the report says that it failed, the log says why.
  const tests = parsed.report.failed.map((test) => (test.loadFailure && log !== '' ? { ...test, message: log } : test));
  if (tests.length > 0) {
    const names = tests.map((test) => test.name);
    const detail = tail(tests.map((test) => `${test.name}\n${test.message}`).join('\n\n'));
    const message = tail(
      `${tests.length} of ${Math.max(executed, tests.length)} tests failed: ${names.join(', ')}`,
      500,
    );
    const failure: Failure = { kind: 'tests_failed', message, detail, file, ids: names.slice(0, 50) };
    return { kind: 'failed', failure, executed, tests };
  }
  if (executed === 0) {
    const failure: Failure = { kind: 'tests_failed', message: `no test ran in ${file}`, file, ids: ['no tests'] };
    return { kind: 'failed', failure, executed, tests };
  }
  return { kind: 'passed', executed };
}

const MAX_LOG = 8_000;

/** The beginning of what the runner said: why a file does not load comes first. */
function logOf({ log }: ExpectedTestReport, outputs: ReadonlyMap<string, Uint8Array>): string {
  const bytes = log === undefined ? undefined : outputs.get(log.output);
  return bytes === undefined ? '' : new TextDecoder().decode(bytes.subarray(0, MAX_LOG)).replaceAll('\u0000', '\ufffd');
}
