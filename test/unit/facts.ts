import type { ChildAttempt } from '../../src/domain/children.js';
import type { Command } from '../../src/domain/command.js';
import type { StepFacts } from '../../src/domain/facts.js';
import type { JudgeInput } from '../../src/domain/judging.js';
import type { Component } from '../../src/domain/project.js';
import type { Result } from '../../src/domain/result.js';
import { STEPS } from '../../src/steps/catalog.js';

export const SHA = 'a'.repeat(40);
const ID = '00000000-0000-4000-8000-00000000000a';

export function component(name: string, members: Partial<Component> = {}): Component {
  return {
    name,
    context: 'Shop',
    type: 'module',
    description: `about ${name}`,
    priority: 0,
    dependsOn: [],
    ...members,
  };
}

export interface FactsParts extends Partial<Omit<StepFacts, 'session'>> {
  readonly session?: Partial<StepFacts['session']>;
}

/** What the steps of a root session of the context `Shop` see. */
export function contextFacts({ session, ...members }: FactsParts = {}): StepFacts {
  return {
    scope: { accountId: ID, projectId: ID, userId: ID },
    session: {
      id: 'session-1',
      type: 'contextCoding',
      context: 'Shop',
      component: null,
      mode: 'agentic',
      executorQueue: 'here',
      parent: null,
      attempt: 1,
      baseBranch: null,
      waivers: [],
      judged: null,
      state: { branch: 'sw/context-coding/shop-1', workspace: '/w/session-1' },
      ...session,
    },
    project: {
      name: 'shop',
      description: 'a shop',
      toolchain: 'node',
      remote: '/srv/shop.git',
      defaultBranch: 'main',
      forge: null,
      bounds: {},
    },
    context: { name: 'Shop', description: 'sells things', dependsOn: [] },
    component: null,
    components: [component('Cart'), component('Price')],
    neighbours: [],
    stories: [],
    rules: [],
    lastFailure: null,
    earlierTurns: 0,
    conversationId: null,
    fixRounds: 0,
    children: [],
    ...members,
  };
}

/** What the steps of the session of the component `Shop/Cart` see. */
export function componentFacts({ session, ...members }: FactsParts = {}): StepFacts {
  return contextFacts({
    component: component('Cart'),
    ...members,
    session: {
      type: 'componentCoding',
      component: 'Cart',
      state: { branch: 'sw/coding/cart-1', workspace: '/w/session-1' },
      ...session,
    },
  });
}

export function child(name: string, members: Partial<ChildAttempt> = {}): ChildAttempt {
  return {
    component: name,
    sessionId: `child-of-${name}`,
    attempt: 1,
    status: 'complete',
    branch: `sw/coding/${name}`,
    commit: SHA,
    mergedAs: SHA,
    failure: null,
    fixRounds: 0,
    ...members,
  };
}

/** The command that a step builds from the facts, as it is handed out. */
export function commandOf(step: string, facts: StepFacts): Command {
  const built = STEPS[step]!.buildCommand(facts);
  if (!built.ok) throw new Error(built.failure.message);
  return { ...built.command, id: 'command-1', sessionId: facts.session.id, seq: 1, step };
}

/** What a step makes of a result; outputs are given as texts. */
export function judged(
  step: string,
  facts: StepFacts,
  result: Result,
  outputs: Readonly<Record<string, string>> = {},
  source: JudgeInput['source'] = 'claimed',
) {
  const bytes = Object.entries(outputs).map(([name, text]) => [name, new TextEncoder().encode(text)] as const);
  const input: JudgeInput = {
    facts,
    command: commandOf(step, facts),
    result,
    source,
    outputs: new Map(bytes),
  };
  return STEPS[step]!.judgeResult(input);
}

export const files = (...paths: string[]) => ({
  files: paths.map((path) => ({ path, sha256: 'b'.repeat(64), bytes: 1 })),
});

/** A JUnit report as Node's own runner writes it: one test case per name, with a failure where one is told. */
export function junit(...cases: readonly (readonly [name: string, failure?: string])[]): string {
  const lines = cases.map(([name, failure]) =>
    failure === undefined
      ? `<testcase name="${name}" time="0.001" classname="test"/>`
      : `<testcase name="${name}" time="0.001" classname="test"><failure type="testCodeFailure" message="${failure}">at x</failure></testcase>`,
  );
  return `<?xml version="1.0" encoding="utf-8"?>\n<testsuites>\n${lines.join('\n')}\n</testsuites>\n`;
}
