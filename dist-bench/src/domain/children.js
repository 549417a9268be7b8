import { sha256Hex } from './digest.js';
/** A component that is done: its newest child is complete, merged, and nothing is held against it. */
export function isDone(child) {
    return child !== undefined && child.status === 'complete' && child.mergedAs !== null && child.failure === null;
}
/** A child's Workflow Id, derived so that starting it twice is the same child. */
export function childSessionId(parentSessionId, component, attempt) {
    return `c-${sha256Hex(`${parentSessionId}\n${component}\n${attempt}`).slice(0, 32)}`;
}
