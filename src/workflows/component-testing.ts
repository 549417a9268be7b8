import type { SessionOutcome } from '../contract/messages.js';
import type { StartInput } from '../contract/start-input.js';
import { runSession } from './session-loop.js';

/** Workflow Type `componentTesting`; its route table is `domain/session-types/component-testing.ts`. */
export async function componentTesting(input: StartInput): Promise<SessionOutcome> {
  return runSession(input);
}
