import { componentDesignPath, contextDesignPath, reviewPath } from '../domain/design-paths.js';
import type { StepFacts } from '../domain/facts.js';
import { documentForm } from './document-form.js';
import { clipped } from './fence.js';
import { compose, type Prompt } from './prompt.js';

const MAX_NAMES = 20_000;

/** What an agent is asked when a context is to be designed. */
export function generateContextDesignPrompt(facts: StepFacts): Prompt {
  const { context } = facts.session;
  return compose(facts, {
    version: 'generate-context-design@1',
    task: `Design the context ${context}: what it is for, what it owns, and the components it is made of. Every story of the context has to be served by a component.`,
    files: [`write: ${contextDesignPath(context)}`],
    instructions: [documentForm('context')],
  });
}

/** What an agent is asked when a component is to be designed. */
export function generateComponentDesignPrompt(facts: StepFacts): Prompt {
  const { context, component } = facts.session;
  return compose(facts, {
    version: 'generate-component-design@1',
    task: `Design the component ${component ?? ''} of the context ${context}, so that somebody else can write its tests and its code from the design alone.`,
    files: [
      `write: ${componentDesignPath(context, component ?? '')}`,
      `read, if it is there: ${contextDesignPath(context)}`,
    ],
    instructions: [documentForm('component')],
  });
}

/** What an agent is asked when the designs of a context's components are to be reviewed together. */
export function reviewDesignsPrompt(facts: StepFacts, components: readonly string[]): Prompt {
  const { context } = facts.session;
  return compose(facts, {
    version: 'review-designs@1',
    task: `Review the designs of the components of ${context} together: are they consistent with each other and with the stories, are dependencies missing, do the parts fit where they meet? Give a verdict for each of: ${clipped(components.join(', '), MAX_NAMES)}.`,
    files: [
      `write: ${reviewPath(context)}`,
      ...components.map((name) => `read, do not change: ${componentDesignPath(context, name)}`),
      `read, if it is there: ${contextDesignPath(context)}`,
    ],
    instructions: [documentForm('review')],
  });
}
