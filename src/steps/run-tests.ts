import type { StepFacts } from '../domain/facts.js';
import { toolchainOf } from '../domain/toolchains/catalog.js';
import { baseOf, judgeComponentTests, testRun } from './component-tests.js';
import { deliverables } from './deliverables.js';
import { admitted, badExit, failed, judgedFiles, missingFiles, passed, unsure } from './judge.js';
import type { Step } from './step.js';
import { cwdOf, subjectOf, workspaceOf } from './workspace.js';

const TIMEOUT_MS = 10 * 60_000;

/** Runs the component's test file; only the report's bytes say whether it passes, or is red as it should be. */
export const runTests: Step = {
  name: 'RunTests',
  buildCommand(facts) {
    const { component } = facts.session;
    if (component === null)
      return { ok: false, failure: { kind: 'blocked', message: 'this session has no component to test' } };
    const { argv, okExitCodes, report } = testRun(facts, component);
    return {
      ok: true,
      command: {
        kind: 'run_tests',
        title: `Run the tests of ${subjectOf(facts)}`,
        script: [{ argv, cwd: '.', timeoutMs: TIMEOUT_MS, okExitCodes }],
        cwd: cwdOf(facts),
        timeoutMs: TIMEOUT_MS,
        expects: {
          files: deliverables(facts).map((path) => ({ path, why: `delivered by this session` })),
          testReports: [report],
          restored: restored(facts, component),
          ...baseOf(facts, [component]),
        },
        metadata: workspaceOf(facts),
        promptVersion: null,
      },
    };
  },
  judgeResult(input) {
    const { command, result } = input;
    const outcome = judgeComponentTests(input, command.expects.testReports[0]!);
    if (outcome.kind === 'failed') return failed(outcome.failure);
    const missing = missingFiles(command, result);
    const judged = judgedFiles(command, result);
    if (outcome.kind === 'red')
      return missing ? failed(missing) : { ...passed({ tests: { executed: outcome.executed, red: 1 } }), judged };
    // What the reporter says went wrong counts when no report says which tests failed.
    const wrong = admitted(input);
    if (wrong) return result.failure === undefined ? { ...wrong, status: 'warning' } : wrong;
    if (outcome.kind === 'unreadable') return unsure(outcome.failure);
    if (missing) return failed(missing);
    const exit = badExit(result);
    return exit ? unsure(exit) : { ...passed({ tests: { executed: outcome.executed, red: 0 } }), judged };
  },
};

/** Tests and implementation are of two sessions; an agent must not pass its own by changing the other's. */
function restored(facts: StepFacts, component: string): readonly string[] {
  const toolchain = toolchainOf(facts.project.toolchain);
  const mine = new Set(deliverables(facts));
  const { context } = facts.session;
  const both = [toolchain.testPath(context, component), toolchain.implementationPath(context, component)];
  return both.filter((path) => !mine.has(path));
}
