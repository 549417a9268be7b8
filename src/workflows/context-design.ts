import type { SessionOutcome } from '../contract/messages.js';
import type { StartInput } from '../contract/start-input.js';
import { runSession } from './session-loop.js';

/** Workflow Type `contextDesign`; its route table is `domain/session-types/context-design.ts`. */
export async function contextDesign(input: StartInput): Promise<SessionOutcome> {
  return runSession(input);
}
