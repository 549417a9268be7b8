import type { SessionOutcome } from '../contract/messages.js';
import type { StartInput } from '../contract/start-input.js';
import { runSession } from './session-loop.js';

/** Workflow Type `componentCoding`; its route table is `domain/session-types/component-coding.ts`. */
export async function componentCoding(input: StartInput): Promise<SessionOutcome> {
  return runSession(input);
}
