import { isDone } from '../domain/children.js';
import { componentDesignPath, contextDesignPath, reviewPath } from '../domain/design-paths.js';
import type { StepFacts } from '../domain/facts.js';
import type { SessionTypeName } from '../domain/session.js';
import { SESSION_TYPES } from '../domain/session-types/catalog.js';
import { toolchainOf } from '../domain/toolchains/catalog.js';
import { notWaived } from './waived.js';

/** The files that a session of a type delivers: these are staged, and these have to be there. */
const DELIVERABLES: Readonly<Record<SessionTypeName, (facts: StepFacts) => readonly string[]>> = {
  contextDesign: ({ session }) => [contextDesignPath(session.context)],
  componentDesign: designs,
  componentDesignReview: ({ session }) => [reviewPath(session.context)],
  contextComponentsDesign: (facts) => [...designs(facts), reviewPath(facts.session.context)],
  componentTesting: tests,
  contextTesting: tests,
  componentCoding: implementations,
  contextCoding: implementations,
};

export function deliverables(facts: StepFacts): readonly string[] {
  return DELIVERABLES[facts.session.type](facts);
}

/** At the end: without components that came when the children were in already. */
export function delivered(facts: StepFacts): readonly string[] {
  if (SESSION_TYPES[facts.session.type].childType === null) return deliverables(facts);
  const done = new Set(facts.children.filter(isDone).map(({ component }) => component));
  return deliverables({ ...facts, components: facts.components.filter(({ name }) => done.has(name)) });
}

function designs(facts: StepFacts): readonly string[] {
  return subjects(facts).map((name) => componentDesignPath(facts.session.context, name));
}

function tests(facts: StepFacts): readonly string[] {
  const { testPath } = toolchainOf(facts.project.toolchain);
  return subjects(facts).map((name) => testPath(facts.session.context, name));
}

function implementations(facts: StepFacts): readonly string[] {
  const { implementationPath } = toolchainOf(facts.project.toolchain);
  return subjects(facts).map((name) => implementationPath(facts.session.context, name));
}

/** The session's component, or every one of its context. */
function subjects(facts: StepFacts): readonly string[] {
  const { component } = facts.session;
  return component === null ? notWaived(facts).map(({ name }) => name) : [component];
}
