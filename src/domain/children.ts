import { sha256Hex } from './digest.js';
import type { Failure } from './failures.js';
import type { ClosedStatus, Waiver } from './session.js';

/** Stands for the component of a child that is about the whole context: no component can be called so. */
export const WHOLE_CONTEXT = '*';

/** What people read where a child is named. */
export function childLabel(component: string): string {
  return component === WHOLE_CONTEXT ? 'review' : component;
}

/** One child session of a component. Retrying makes a new one; the old one stays. */
export interface ChildAttempt {
  readonly component: string;
  readonly sessionId: string;
  readonly attempt: number;
  /** `planned`: its row exists and it waits for a slot. */
  readonly status: 'planned' | 'active' | ClosedStatus;
  readonly branch: string | null;
  readonly commit: string | null;
  /** Commit of the merge into the parent's branch, once merged. */
  readonly mergedAs: string | null;
  /** Why it does not count, though it may be closed as complete (conflict, failing check). */
  readonly failure: Failure | null;
  /** Rounds of fixing it took. */
  readonly fixRounds: number;
}

/** A component that is done: its newest child is complete, merged, and nothing is held against it. */
export function isDone(child: ChildAttempt | undefined): boolean {
  return child !== undefined && child.status === 'complete' && child.mergedAs !== null && child.failure === null;
}

/** Children that did not succeed and that nobody waived. */
export function undone(children: readonly ChildAttempt[], waivers: readonly Waiver[]): readonly ChildAttempt[] {
  const waived = new Set(waivers.map(({ component }) => component));
  return children.filter((child) => !isDone(child) && !waived.has(child.component));
}

/** A child's Workflow Id, derived so that starting it twice is the same child. */
export function childSessionId(parentSessionId: string, component: string, attempt: number): string {
  return `c-${sha256Hex(`${parentSessionId}\n${component}\n${attempt}`).slice(0, 32)}`;
}

const CHILD_ID = /^c-[0-9a-f]{32}$/;

/** Whether an id looks like a child's; anybody may choose such a one for a root. */
export const isChildSessionId = (sessionId: string): boolean => CHILD_ID.test(sessionId);
