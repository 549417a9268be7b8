import type { SessionOutcome } from '../contract/messages.js';
import type { StartInput } from '../contract/start-input.js';
import { runSession } from './session-loop.js';

/** Workflow Type `componentDesignReview`; its route table is `domain/session-types/component-design-review.ts`. */
export async function componentDesignReview(input: StartInput): Promise<SessionOutcome> {
  return runSession(input);
}
