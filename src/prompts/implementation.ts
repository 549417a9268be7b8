import { componentDesignPath } from '../domain/design-paths.js';
import type { StepFacts } from '../domain/facts.js';
import { toolchainOf } from '../domain/toolchains/catalog.js';
import { compose, type Prompt } from './prompt.js';

/** What an agent is asked when a component is to be written. */
export function generateImplementationPrompt(facts: StepFacts): Prompt {
  const task = `Implement the component ${nameOf(facts)} so that its tests pass.`;
  return compose(facts, { version: 'generate-implementation@2', task, files: filesOf(facts) });
}

/** What an agent is asked when the component's tests fail. */
export function fixImplementationPrompt(facts: StepFacts): Prompt {
  const task = `The tests of the component ${nameOf(facts)} fail. Mend the implementation, not the tests.`;
  return compose(facts, { version: 'fix-implementation@2', task, files: filesOf(facts) });
}

const nameOf = ({ component }: StepFacts): string => component?.name ?? '';

function filesOf(facts: StepFacts): readonly string[] {
  const { context } = facts.session;
  const toolchain = toolchainOf(facts.project.toolchain);
  return [
    `write: ${toolchain.implementationPath(context, nameOf(facts))}`,
    `read, do not change: ${toolchain.testPath(context, nameOf(facts))}`,
    `read, if it is there: ${componentDesignPath(context, nameOf(facts))}`,
  ];
}
