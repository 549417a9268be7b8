import { toolchainOf } from '../domain/toolchains/catalog.js';
import { admitted, badExit, failed, missingFiles, passed, unsure } from './judge.js';
import type { Step } from './step.js';
import { judgeTests } from './test-verdict.js';
import { cwdOf, subjectOf, workspaceOf } from './workspace.js';

const TIMEOUT_MS = 10 * 60_000;
const REPORT_PATH = '.specwright-test-report.xml';
const REPORT_OUTPUT = 'test-report';
const LOG_PATH = '.specwright-test-log.txt';

/** Runs the component's test file; only the report's bytes say whether it passes. */
export const runTests: Step = {
  name: 'RunTests',
  buildCommand(facts) {
    const { context, component } = facts.session;
    if (component === null)
      return { ok: false, failure: { kind: 'blocked', message: 'this session has no component to test' } };
    const toolchain = toolchainOf(facts.project.toolchain);
    const testFile = toolchain.testPath(context, component);
    return {
      ok: true,
      command: {
        kind: 'run_tests',
        title: `Run the tests of ${subjectOf(facts)}`,
        script: [
          {
            argv: toolchain.testArgv(testFile, REPORT_PATH, LOG_PATH),
            cwd: '.',
            timeoutMs: TIMEOUT_MS,
            okExitCodes: [0, 1],
          },
        ],
        cwd: cwdOf(facts),
        timeoutMs: TIMEOUT_MS,
        expects: {
          files: [
            { path: toolchain.implementationPath(context, component), why: `the implementation of ${component}` },
          ],
          testReports: [{ path: REPORT_PATH, output: REPORT_OUTPUT, component, testFile }],
        },
        metadata: workspaceOf(facts),
        promptVersion: null,
      },
    };
  },
  judgeResult(input) {
    const { command, result, outputs } = input;
    const expected = command.expects.testReports[0]!;
    const bytes = outputs.get(expected.output);
    const outcome = judgeTests(expected, bytes);
    if (outcome.kind === 'failed') return failed(outcome.failure);
    // What the reporter says went wrong counts when no report says which tests failed.
    const wrong = admitted(input);
    if (wrong) return result.failure === undefined ? { ...wrong, status: 'warning' } : wrong;
    if (outcome.kind === 'unreadable') return unsure(outcome.failure);
    const missing = missingFiles(command, result);
    if (missing) return failed(missing);
    const exit = badExit(result);
    return exit ? unsure(exit) : passed();
  },
};
