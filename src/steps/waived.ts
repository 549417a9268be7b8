import type { StepFacts } from '../domain/facts.js';
import type { Component } from '../domain/project.js';

/** The components of the context that an operator did not decide to go on without. */
export function notWaived({ components, session }: StepFacts): readonly Component[] {
  return components.filter(({ name }) => !session.waivers.some(({ component }) => component === name));
}
