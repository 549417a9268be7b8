import { isDone } from '../domain/children.js';
import { componentDesignPath, contextDesignPath, reviewPath } from '../domain/design-paths.js';
import type { StepFacts } from '../domain/facts.js';
import { SESSION_TYPES } from '../domain/session-types/catalog.js';
import type { Deliverable } from '../domain/session-types/session-type.js';
import { toolchainOf } from '../domain/toolchains/catalog.js';
import { notWaived } from './waived.js';

const PATHS: Readonly<Record<Deliverable, (facts: StepFacts) => readonly string[]>> = {
  contextDesign: ({ session }) => [contextDesignPath(session.context)],
  review: ({ session }) => [reviewPath(session.context)],
  componentDesign: (facts) => subjects(facts).map((name) => componentDesignPath(facts.session.context, name)),
  tests(facts) {
    const { testPath } = toolchainOf(facts.project.toolchain);
    return subjects(facts).map((name) => testPath(facts.session.context, name));
  },
  implementation(facts) {
    const { implementationPath } = toolchainOf(facts.project.toolchain);
    return subjects(facts).map((name) => implementationPath(facts.session.context, name));
  },
};

/** The files that a session delivers: these are staged, and these have to be there. */
export function deliverables(facts: StepFacts): readonly string[] {
  return SESSION_TYPES[facts.session.type].delivers.flatMap((what) => PATHS[what](facts));
}

/** At the end: without components that came when the children were in already. */
export function delivered(facts: StepFacts): readonly string[] {
  if (SESSION_TYPES[facts.session.type].childType === null) return deliverables(facts);
  const done = new Set(facts.children.filter(isDone).map(({ component }) => component));
  return deliverables({ ...facts, components: facts.components.filter(({ name }) => done.has(name)) });
}

/** The session's component, or every one of its context. */
function subjects(facts: StepFacts): readonly string[] {
  const { component } = facts.session;
  return component === null ? notWaived(facts).map(({ name }) => name) : [component];
}
