import { sha256Hex } from '../domain/digest.js';

/** A child's Workflow Id, derived so that starting it twice is the same child. */
export function childSessionId(parentSessionId: string, component: string, attempt: number): string {
  return `c-${sha256Hex(`${parentSessionId}\n${component}\n${attempt}`).slice(0, 32)}`;
}
