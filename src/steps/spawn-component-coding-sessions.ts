import type { ExpectedTestReport, ScriptLine, SpawnMetadata } from '../domain/command.js';
import type { StepFacts } from '../domain/facts.js';
import { tail, type Failure } from '../domain/failures.js';
import type { JudgeInput } from '../domain/judging.js';
import { branchName } from '../domain/names.js';
import type { ChargedComponent, Verdict } from '../domain/session.js';
import { toolchainOf } from '../domain/toolchains/catalog.js';
import { admitted, passed, unsure } from './judge.js';
import { planChildren } from './plan-children.js';
import type { Step } from './step.js';
import { judgeTests } from './test-verdict.js';
import { cwdOf, workspaceOf } from './workspace.js';

/** For the checks alone; how long the children take is their own affair. */
const TIMEOUT_MS = 30 * 60_000;

/** Runs a child per component, merges each as it completes, and checks every component on the merged branch. */
export const spawnComponentCodingSessions: Step = {
  name: 'SpawnComponentCodingSessions',
  buildCommand(facts) {
    const plan = planChildren(facts);
    if (!plan.ok) return plan;
    const { session, components, project } = facts;
    const toolchain = toolchainOf(project.toolchain);
    const reports = components.map(({ name }) => reportOf(facts, name));
    const metadata: SpawnMetadata = {
      ...workspaceOf(facts),
      childSessionIds: plan.children.map((child) => child.sessionId),
      children: plan.children,
      removed: plan.removed,
    };
    return {
      ok: true,
      command: {
        kind: 'spawn_children',
        title: `Implement the ${plan.children.length} open components of ${session.context}`,
        script: [
          ...(session.executorQueue === null ? mergeScript(metadata) : []),
          ...reports.map((report) =>
            line([...toolchain.testArgv(report.testFile, report.path, report.log!.path)], [0, 1]),
          ),
        ],
        cwd: cwdOf(facts),
        timeoutMs: TIMEOUT_MS,
        expects: {
          files: components.map(({ name }) => ({
            path: toolchain.implementationPath(session.context, name),
            why: `the implementation of ${name}`,
          })),
          testReports: reports,
        },
        metadata,
        promptVersion: null,
      },
    };
  },
  judgeResult(input) {
    const hanging = hangingTests(input);
    if (hanging) return hanging;
    const wrong = admitted(input);
    if (wrong) return wrong;
    const looks = input.facts.components.map(({ name }) => judgeComponent(input, name));
    const unreadable = looks.find((look) => look.kind === 'unreadable');
    if (unreadable?.kind === 'unreadable') return unsure(unreadable.failure);
    const charged = looks.flatMap((look): ChargedComponent[] => (look.kind === 'charged' ? [look.charge] : []));
    if (charged.length === 0) return passed();
    return chargedVerdict(charged);
  },
};

function chargedVerdict(charged: readonly ChargedComponent[]): Verdict {
  const message = tail(charged.map(({ component, failure }) => `${component}: ${failure.message}`).join('; '), 1000);
  const ids = charged.map(({ component }) => component);
  return { status: 'error', failure: { kind: 'children_failed', message, ids }, patch: {}, charged };
}

/** Tests that did not end on the merged branch are their component's to mend, not the surroundings'. */
function hangingTests({ result, command }: JudgeInput): Verdict | null {
  if (result.failure?.kind !== 'timed_out') return null;
  const known = new Set(command.expects.testReports.map(({ component }) => component));
  const { failure } = result;
  const charged = (failure.ids ?? []).filter((id) => known.has(id)).map((component) => ({ component, failure }));
  return charged.length === 0 ? null : chargedVerdict(charged);
}

type Look =
  | { readonly kind: 'fine' }
  | { readonly kind: 'charged'; readonly charge: ChargedComponent }
  | { readonly kind: 'unreadable'; readonly failure: Failure };

/** A child's status is never evidence: its file and its tests on the merged branch are. */
function judgeComponent({ command, result, outputs }: JudgeInput, component: string): Look {
  const expected = command.expects.testReports.find((report) => report.component === component);
  const charge = (failure: Failure): Look => ({ kind: 'charged', charge: { component, failure } });
  if (expected === undefined) {
    return charge({ kind: 'blocked', message: `${component} was added while the children ran` });
  }
  const index = command.expects.testReports.indexOf(expected);
  const path = command.expects.files[index]!.path;
  if (!(result.evidence?.files ?? []).some((file) => file.path === path)) {
    return charge({ kind: 'missing_files', message: `${path} is not on the merged branch`, ids: [path] });
  }
  const outcome = judgeTests(expected, outputs.get(expected.output));
  if (outcome.kind === 'passed') return { kind: 'fine' };
  return outcome.kind === 'failed' ? charge(outcome.failure) : outcome;
}

function reportOf(facts: StepFacts, component: string): ExpectedTestReport {
  const testFile = toolchainOf(facts.project.toolchain).testPath(facts.session.context, component);
  return {
    path: `.specwright-test-report.${component}.xml`,
    output: `test-report/${component}`,
    component,
    testFile,
    log: { path: `.specwright-test-log.${component}.txt`, output: `test-log/${component}` },
  };
}

/** What a client does itself where no executor serves the tree; children use the branch their id gives them. */
function mergeScript({ children }: SpawnMetadata): readonly ScriptLine[] {
  return children.map(({ component, sessionId }) =>
    line(['git', 'merge', '--no-ff', '-m', `Merge ${component}`, branchName('coding', component, sessionId)]),
  );
}

function line(argv: readonly string[], okExitCodes: readonly number[] = [0]): ScriptLine {
  return { argv, cwd: '.', timeoutMs: TIMEOUT_MS, okExitCodes };
}
