import type { ExpectedTestReport, Expects } from '../domain/command.js';
import type { EvidenceSource } from '../domain/evidence.js';
import type { StepFacts } from '../domain/facts.js';
import type { JudgeInput } from '../domain/judging.js';
import type { Result } from '../domain/result.js';
import type { FailedTest } from '../domain/test-report.js';
import { SESSION_TYPES } from '../domain/session-types/catalog.js';
import { toolchainOf } from '../domain/toolchains/catalog.js';
import { judgeTests, type TestOutcome } from './test-verdict.js';

/** `red`: they fail only because an implementation is not there, where that is what is wanted. */
export type ComponentTests = TestOutcome | { readonly kind: 'red'; readonly executed: number };

export interface TestRun {
  readonly argv: readonly string[];
  readonly okExitCodes: readonly number[];
  readonly report: ExpectedTestReport;
}

/** How the tests of one component are run, and what to report of it. `suffix` keeps reports apart. */
export function testRun(facts: StepFacts, component: string, suffix = ''): TestRun {
  const toolchain = toolchainOf(facts.project.toolchain);
  const testFile = toolchain.testPath(facts.session.context, component);
  const dot = suffix === '' ? '' : `.${suffix}`;
  const slash = suffix === '' ? '' : `/${suffix}`;
  const path = `.specwright-test-report${dot}.xml`;
  const log = { path: `.specwright-test-log${dot}.txt`, output: `test-log${slash}` };
  const argv = toolchain.testArgv(testFile, path, log.path);
  const writesLog = argv.some((argument) => argument.includes(log.path));
  const report = { path, output: `test-report${slash}`, component, testFile, ...(writesLog ? { log } : {}) };
  return { argv, okExitCodes: toolchain.okExitCodes, report };
}

/** What has to be known of the base, where red tests may count: which implementations were there before. */
export function baseOf(facts: StepFacts, components: readonly string[]): Pick<Expects, 'base'> {
  const { session } = facts;
  const { baseSha } = session.state;
  if (!SESSION_TYPES[session.type].allowRed || baseSha === undefined) return {};
  const names = [...new Set(components.flatMap((name) => [name, ...neededBy(facts, name)]))];
  return { base: { commit: baseSha, paths: names.map((name) => implementationOf(facts, name)) } };
}

/** The tests of a component by its report; red ones count for a type that writes tests before code. INV-26. */
export function judgeComponentTests(
  { facts, command, result, source, outputs }: JudgeInput,
  report: ExpectedTestReport,
): ComponentTests {
  const outcome = judgeTests(report, outputs);
  const { base } = command.expects;
  const tests = base === undefined ? [] : failingTests(outcome, result, source);
  if (base === undefined || tests.length === 0) return outcome;
  const present = result.evidence?.baseFiles;
  if (present === undefined) {
    const message = `evidence.baseFiles is missing: report which of ${base.paths.join(', ')} exist at ${base.commit}`;
    return { kind: 'unreadable', failure: { kind: 'missing_files', message, ids: ['baseFiles'] } };
  }
  const { component } = report;
  const isAbsent = (name: string): boolean => !present.includes(implementationOf(facts, name));
  if (!isAbsent(component))
    return withReason(outcome, `${component} is implemented already, so its tests have to pass`);
  const absent = [component, ...neededBy(facts, component)].filter(isAbsent);
  const { saysMissing } = toolchainOf(facts.project.toolchain);
  const isRed = (text: string): boolean => absent.some((name) => saysMissing(text, facts.session.context, name));
  const other = tests.find(({ message }) => !isRed(message));
  if (other === undefined) return { kind: 'red', executed: outcome.kind === 'failed' ? outcome.executed : 0 };
  return withReason(
    outcome,
    `${other.name} fails for another reason than that ${implementationOf(facts, component)} is not there`,
  );
}

/** Some runners write no report when the tests do not compile; what they said instead is one failing test then. */
function failingTests(outcome: TestOutcome, { failure }: Result, source: EvidenceSource): readonly FailedTest[] {
  if (outcome.kind === 'failed') return outcome.tests;
  // A client's own words are no evidence.
  if (source === 'claimed' || outcome.kind === 'passed') return [];
  if (failure?.kind !== 'command_failed' || failure.detail === undefined) return [];
  return [{ name: 'the test run', message: failure.detail, loadFailure: true }];
}

function withReason(outcome: TestOutcome, reason: string): TestOutcome {
  if (outcome.kind !== 'failed') return outcome;
  const { failure } = outcome;
  return { ...outcome, failure: { ...failure, message: `${reason}; ${failure.message}` } };
}

function implementationOf({ project, session }: StepFacts, component: string): string {
  return toolchainOf(project.toolchain).implementationPath(session.context, component);
}

/** Components of the context that its tests may use besides it. */
function neededBy({ components }: StepFacts, component: string): readonly string[] {
  const inContext = new Set(components.map(({ name }) => name));
  return components.find(({ name }) => name === component)?.dependsOn.filter((name) => inContext.has(name)) ?? [];
}
