import { componentDesignPath, contextDesignPath, reviewPath } from '../domain/design-paths.js';
import type { ExpectedFile } from '../domain/command.js';
import type { StepFacts } from '../domain/facts.js';
import { toolchainOf } from '../domain/toolchains/catalog.js';
import { generateComponentDesignPrompt, generateContextDesignPrompt, reviewDesignsPrompt } from '../prompts/design.js';
import { fixImplementationPrompt, generateImplementationPrompt } from '../prompts/implementation.js';
import { fixTestsPrompt, generateTestsPrompt } from '../prompts/tests.js';
import { agentStep } from './agent-step.js';
import { notWaived } from './waived.js';

/** Asks an agent to design the context. */
export const generateContextDesign = agentStep('GenerateContextDesign', {
  verb: 'Design',
  prompt: generateContextDesignPrompt,
  file: ({ session }) => ({ path: contextDesignPath(session.context), why: `the design of ${session.context}` }),
});

/** Asks an agent to design the component. */
export const generateComponentDesign = agentStep('GenerateComponentDesign', {
  verb: 'Design',
  prompt: generateComponentDesignPrompt,
  file: ({ session }) => ({
    path: componentDesignPath(session.context, session.component ?? ''),
    why: `the design of ${session.component}`,
  }),
});

/** Asks an agent to review the designs of the context's components together. */
export const reviewDesigns = agentStep('ReviewDesigns', {
  verb: 'Review the designs of',
  // The branch may have an earlier review, which approves or rejects other designs.
  fresh: true,
  prompt: (facts) =>
    reviewDesignsPrompt(
      facts,
      notWaived(facts).map(({ name }) => name),
    ),
  file: ({ session }) => ({ path: reviewPath(session.context), why: `the review of ${session.context}` }),
});

/** Asks an agent to write the component's tests, before there is any code. */
export const generateTests = agentStep('GenerateTests', {
  verb: 'Write the tests of',
  prompt: generateTestsPrompt,
  file: testFile,
});

/** Asks an agent to mend the component's tests, given what is wrong with them. */
export const fixTests = agentStep('FixTests', { verb: 'Fix the tests of', prompt: fixTestsPrompt, file: testFile });

/** Asks an agent to write the component. */
export const generateImplementation = agentStep('GenerateImplementation', {
  verb: 'Implement',
  prompt: generateImplementationPrompt,
  file: implementation,
});

/** Asks an agent to mend the component, given why its tests fail. */
export const fixImplementation = agentStep('FixImplementation', {
  verb: 'Fix',
  prompt: fixImplementationPrompt,
  file: implementation,
});

function testFile({ session, project }: StepFacts): ExpectedFile {
  const component = session.component ?? '';
  return {
    path: toolchainOf(project.toolchain).testPath(session.context, component),
    why: `the tests of ${component}`,
  };
}

function implementation({ session, project }: StepFacts): ExpectedFile {
  const component = session.component ?? '';
  const path = toolchainOf(project.toolchain).implementationPath(session.context, component);
  return { path, why: `the implementation of ${component}` };
}
