import type { SessionOutcome } from '../contract/messages.js';
import type { StartInput } from '../contract/start-input.js';
import { runSession } from './session-loop.js';

/** Workflow Type `contextComponentsDesign`; its route table is `domain/session-types/context-components-design.ts`. */
export async function contextComponentsDesign(input: StartInput): Promise<SessionOutcome> {
  return runSession(input);
}
