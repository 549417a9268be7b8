import { componentDesignPath } from '../domain/design-paths.js';
import type { StepFacts } from '../domain/facts.js';
import { toolchainOf } from '../domain/toolchains/catalog.js';
import { compose, type Prompt } from './prompt.js';

const RED =
  'There is no implementation yet, and you do not write one: the tests are to fail because its file is not there, and for no other reason. Every test says one thing that the stories or the design ask for.';

/** What an agent is asked when the tests of a component are to be written before its code. */
export function generateTestsPrompt(facts: StepFacts): Prompt {
  const task = `Write the tests of the component ${nameOf(facts)}. ${RED}`;
  return compose(facts, { version: 'generate-tests@1', task, files: filesOf(facts) });
}

/** What an agent is asked when the test file does not load, has no tests, or is red for a reason of its own. */
export function fixTestsPrompt(facts: StepFacts): Prompt {
  const task = `The test file of the component ${nameOf(facts)} is not right yet. Mend it. ${RED}`;
  return compose(facts, { version: 'fix-tests@1', task, files: filesOf(facts) });
}

const nameOf = ({ component }: StepFacts): string => component?.name ?? '';

function filesOf(facts: StepFacts): readonly string[] {
  const { context } = facts.session;
  const toolchain = toolchainOf(facts.project.toolchain);
  return [
    `write: ${toolchain.testPath(context, nameOf(facts))}`,
    `tested, do not write: ${toolchain.implementationPath(context, nameOf(facts))}`,
    `read, if it is there: ${componentDesignPath(context, nameOf(facts))}`,
  ];
}
