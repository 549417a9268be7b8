import type { SessionOutcome } from '../contract/messages.js';
import type { StartInput } from '../contract/start-input.js';
import { runSession } from './session-loop.js';

/** Workflow Type `contextCoding`; its route table is `domain/session-types/context-coding.ts`. */
export async function contextCoding(input: StartInput): Promise<SessionOutcome> {
  return runSession(input);
}
