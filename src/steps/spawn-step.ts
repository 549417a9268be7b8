import { childLabel } from '../domain/children.js';
import type { Expects, PlannedChild, ScriptLine, SpawnMetadata } from '../domain/command.js';
import type { StepFacts } from '../domain/facts.js';
import { tail, type Failure } from '../domain/failures.js';
import type { Built, JudgeInput } from '../domain/judging.js';
import { branchName } from '../domain/names.js';
import type { ChargedComponent, SessionPatch, Verdict } from '../domain/session.js';
import { SESSION_TYPES } from '../domain/session-types/catalog.js';
import { admitted, judgedDocuments, judgedFiles, passed, unsure } from './judge.js';
import type { Plan } from './plan-children.js';
import type { Step } from './step.js';
import { notWaived } from './waived.js';
import { cwdOf, workspaceOf } from './workspace.js';

/** For the checks alone; how long the children take is their own affair. */
const TIMEOUT_MS = 30 * 60_000;

/** How one component, or the whole, looks on the merged branch. */
export type Look<Seen = unknown> =
  | { readonly kind: 'fine'; readonly seen: Seen }
  | { readonly kind: 'charged'; readonly charge: ChargedComponent }
  | { readonly kind: 'unreadable'; readonly failure: Failure };

/** What differs between the spawn steps. */
export interface SpawnWork<Seen> {
  title(plan: Plan & { ok: true }, facts: StepFacts): string;
  plan(facts: StepFacts): Plan;
  /** What is checked on the merged branch, and the lines that check it. */
  expects(facts: StepFacts): Expects;
  script(facts: StepFacts): readonly Pick<ScriptLine, 'argv' | 'okExitCodes'>[];
  /** By the evidence of the merged branch; a child's status is none. */
  look(input: JudgeInput, component: string): Look<Seen>;
  /** What is decided when every component looks fine. */
  whole(input: JudgeInput, seen: readonly Seen[]): Verdict | SessionPatch;
}

/** A step that runs children, merges each as it completes, and checks every component on the merged branch. INV-14. */
export function spawnStep<Seen>(name: string, work: SpawnWork<Seen>): Step {
  return {
    name,
    buildCommand: (facts) => build(facts, work),
    judgeResult(input) {
      const hanging = hangingTests(input);
      if (hanging) return hanging;
      const wrong = admitted(input);
      if (wrong) return wrong;
      const looks = notWaived(input.facts).map((component) => work.look(input, component.name));
      const unreadable = looks.find((look) => look.kind === 'unreadable');
      if (unreadable?.kind === 'unreadable') return unsure(unreadable.failure);
      const charged = looks.flatMap((look) => (look.kind === 'charged' ? [look.charge] : []));
      if (charged.length > 0) return chargedVerdict(charged);
      const decided = work.whole(
        input,
        looks.flatMap((look) => (look.kind === 'fine' ? [look.seen] : [])),
      );
      const verdict = 'status' in decided ? decided : passed(decided);
      if (verdict.status !== 'ok') return verdict;
      const { command, result, outputs } = input;
      return { ...verdict, judged: [...judgedFiles(command, result), ...judgedDocuments(command, outputs)] };
    },
  };
}

function build<Seen>(facts: StepFacts, work: SpawnWork<Seen>): Built {
  const plan = work.plan(facts);
  if (!plan.ok) return plan;
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
      title: work.title(plan, facts),
      script: [
        ...(facts.session.executorQueue === null ? mergeScript(facts, plan.children) : []),
        ...work.script(facts).map(({ argv, okExitCodes }) => line(argv, okExitCodes)),
      ],
      cwd: cwdOf(facts),
      timeoutMs: TIMEOUT_MS,
      expects: work.expects(facts),
      metadata,
      promptVersion: null,
    },
  };
}

/** Components that need a new child, with the reasons. */
export function chargedVerdict(
  charged: readonly ChargedComponent[],
  kind: Failure['kind'] = 'children_failed',
): Verdict {
  const message = tail(charged.map(({ component, failure }) => `${component}: ${failure.message}`).join('; '), 1000);
  const ids = charged.map(({ component }) => component);
  return { status: 'error', failure: { kind, message, ids }, patch: {}, charged };
}

/** Tests that did not end on the merged branch are their component's to mend, not the surroundings'. */
function hangingTests({ result, command }: JudgeInput): Verdict | null {
  if (result.failure?.kind !== 'timed_out') return null;
  const known = new Set(command.expects.testReports.map(({ component }) => component));
  const { failure } = result;
  const charged = (failure.ids ?? []).filter((id) => known.has(id)).map((component) => ({ component, failure }));
  return charged.length === 0 ? null : chargedVerdict(charged);
}

/** The component is not among what the command was to check. */
export function addedMeanwhile(component: string): Look<never> {
  const failure: Failure = { kind: 'blocked', message: `${component} was added while the children ran` };
  return { kind: 'charged', charge: { component, failure } };
}

/** What a client does itself where no executor serves the tree; children use the branch their id gives them. */
function mergeScript({ session }: StepFacts, children: readonly PlannedChild[]): readonly ScriptLine[] {
  return children.map(({ component, sessionId, type }) => {
    const { branchType, level } = SESSION_TYPES[type ?? SESSION_TYPES[session.type].childType!];
    const subject = level === 'component' ? component : session.context;
    return line([
      'git',
      'merge',
      '--no-ff',
      '-m',
      `Merge ${childLabel(component)}`,
      branchName(branchType, subject, sessionId),
    ]);
  });
}

function line(argv: readonly string[], okExitCodes: readonly number[] = [0]): ScriptLine {
  return { argv, cwd: '.', timeoutMs: TIMEOUT_MS, okExitCodes };
}
