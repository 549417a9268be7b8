import { runSession } from './session-loop.js';
/** Workflow Type `componentCoding`; its route table is `domain/session-types/component-coding.ts`. */
export async function componentCoding(input) {
    return runSession(input);
}
