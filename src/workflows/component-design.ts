import type { SessionOutcome } from '../contract/messages.js';
import type { StartInput } from '../contract/start-input.js';
import { runSession } from './session-loop.js';

/** Workflow Type `componentDesign`; its route table is `domain/session-types/component-design.ts`. */
export async function componentDesign(input: StartInput): Promise<SessionOutcome> {
  return runSession(input);
}
