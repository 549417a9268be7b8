import { childSessionId, isDone, WHOLE_CONTEXT, type ChildAttempt } from '../domain/children.js';
import type { PlannedChild } from '../domain/command.js';
import { findCycle, startOrder } from '../domain/component-graph.js';
import type { StepFacts } from '../domain/facts.js';
import type { Failure } from '../domain/failures.js';
import { notWaived } from './waived.js';

export type Plan =
  | { readonly ok: true; readonly children: readonly PlannedChild[]; readonly removed: readonly string[] }
  | { readonly ok: false; readonly failure: Failure };

/** A child for every component that is not done, in starting order; the component graph is read as it is now. */
export function planChildren(facts: StepFacts): Plan {
  const { children, session } = facts;
  const components = notWaived(facts);
  if (facts.components.length === 0) {
    const message = `context ${session.context} has no components; add some to specwright.yaml and apply it`;
    return { ok: false, failure: { kind: 'blocked', message, rule: 'empty-context' } };
  }
  const cycle = findCycle(components);
  if (cycle) {
    const message = `the components depend on each other in a circle: ${cycle.join(' → ')}`;
    return { ok: false, failure: { kind: 'blocked', message, rule: 'dependency-cycle', ids: cycle } };
  }
  const newest = new Map(children.map((child) => [child.component, child]));
  const inContext = new Set(facts.components.map(({ name }) => name));
  return {
    ok: true,
    children: startOrder(components)
      .filter(({ name }) => !isDone(newest.get(name)))
      .map(({ name, dependsOn }) => ({
        ...nextAttempt(session.id, name, newest.get(name)),
        dependsOn: dependsOn.filter((dependency) => inContext.has(dependency)),
      })),
    removed: [...newest.keys()].filter((name) => !inContext.has(name) && name !== WHOLE_CONTEXT),
  };
}

export function nextAttempt(
  parent: string,
  component: string,
  last: ChildAttempt | undefined,
): Omit<PlannedChild, 'dependsOn'> {
  const neverStarted = last?.status === 'planned';
  const attempt = last === undefined ? 1 : neverStarted ? last.attempt : last.attempt + 1;
  return { sessionId: childSessionId(parent, component, attempt), component, attempt };
}
