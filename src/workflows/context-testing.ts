import type { SessionOutcome } from '../contract/messages.js';
import type { StartInput } from '../contract/start-input.js';
import { runSession } from './session-loop.js';

/** Workflow Type `contextTesting`; its route table is `domain/session-types/context-testing.ts`. */
export async function contextTesting(input: StartInput): Promise<SessionOutcome> {
  return runSession(input);
}
