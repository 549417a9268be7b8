import { componentDesignPath } from '../domain/design-paths.js';
import type { ExpectedDocument } from '../domain/command.js';
import type { StepFacts } from '../domain/facts.js';
import type { JudgeInput } from '../domain/judging.js';
import { baseOf, judgeComponentTests, testRun } from './component-tests.js';
import { deliverables } from './deliverables.js';
import { judgeDocument } from './document-verdict.js';
import { planChildren } from './plan-children.js';
import { addedMeanwhile, spawnStep, type Look, type SpawnWork } from './spawn-step.js';
import { notWaived } from './waived.js';

interface SeenTests {
  readonly executed: number;
  readonly isRed: boolean;
}

/** Children whose files and tests are looked at on the merged branch. */
function testedWork(verb: string): SpawnWork<SeenTests> {
  return {
    title: ({ children }, { session }) => `${verb} the ${children.length} open components of ${session.context}`,
    plan: planChildren,
    script: runs,
    expects: (facts) => ({
      files: deliverables(facts).map((path) => ({ path, why: 'delivered by a child' })),
      testReports: runs(facts).map(({ report }) => report),
      ...baseOf(
        facts,
        notWaived(facts).map(({ name }) => name),
      ),
    }),
    look: lookAtTests,
    whole: (_input, seen) => ({
      tests: {
        executed: seen.reduce((sum, { executed }) => sum + executed, 0),
        red: seen.filter(({ isRed }) => isRed).length,
      },
    }),
  };
}

/** Runs a child per component that writes its code. */
export const spawnComponentCodingSessions = spawnStep('SpawnComponentCodingSessions', testedWork('Implement'));

/** Runs a child per component that writes its tests, before there is any code. */
export const spawnComponentTestingSessions = spawnStep(
  'SpawnComponentTestingSessions',
  testedWork('Write the tests of'),
);

/** Runs a child per component that designs it. */
export const spawnComponentDesignSessions = spawnStep('SpawnComponentDesignSessions', {
  title: ({ children }, { session }) => `Design the ${children.length} open components of ${session.context}`,
  plan: planChildren,
  script: () => [],
  expects: (facts) => ({ files: [], testReports: [], documents: componentDesigns(facts) }),
  look: lookAtDesign,
  whole: () => ({}),
});

export function componentDesigns(facts: StepFacts): readonly ExpectedDocument[] {
  return notWaived(facts).map(({ name }) => ({
    path: componentDesignPath(facts.session.context, name),
    output: `design/${name}`,
    type: 'component',
    component: name,
  }));
}

/** A design on the merged branch has to be there, and valid. */
export function lookAtDesign({ command, outputs }: JudgeInput, component: string): Look<null> {
  const expected = command.expects.documents?.find((document) => document.component === component);
  if (expected === undefined) return addedMeanwhile(component);
  const outcome = judgeDocument(expected, outputs);
  if (outcome.kind === 'valid') return { kind: 'fine', seen: null };
  return { kind: 'charged', charge: { component, failure: outcome.failure } };
}

function lookAtTests(input: JudgeInput, component: string): Look<SeenTests> {
  const { expects } = input.command;
  const report = expects.testReports.find((expected) => expected.component === component);
  if (report === undefined) return addedMeanwhile(component);
  const path = expects.files[expects.testReports.indexOf(report)]!.path;
  if (!(input.result.evidence?.files ?? []).some((file) => file.path === path)) {
    const message = `${path} is not on the merged branch`;
    return { kind: 'charged', charge: { component, failure: { kind: 'missing_files', message, ids: [path] } } };
  }
  const outcome = judgeComponentTests(input, report);
  switch (outcome.kind) {
    case 'passed':
    case 'red':
      return { kind: 'fine', seen: { executed: outcome.executed, isRed: outcome.kind === 'red' } };
    case 'failed':
      return { kind: 'charged', charge: { component, failure: outcome.failure } };
    case 'unreadable':
      return outcome;
  }
}

function runs(facts: StepFacts) {
  return notWaived(facts).map(({ name }) => testRun(facts, name, name));
}
