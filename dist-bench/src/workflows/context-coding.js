import { runSession } from './session-loop.js';
/** Workflow Type `contextCoding`; its route table is `domain/session-types/context-coding.ts`. */
export async function contextCoding(input) {
    return runSession(input);
}
