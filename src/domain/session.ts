import type { Failure } from './failures.js';
import type { ResultStatus } from './result.js';

export const SESSION_TYPE_NAMES = [
  'contextDesign',
  'contextComponentsDesign',
  'contextCoding',
  'contextTesting',
  'componentDesign',
  'componentDesignReview',
  'componentCoding',
  'componentTesting',
] as const;
export type SessionTypeName = (typeof SESSION_TYPE_NAMES)[number];

export const EXECUTION_MODES = ['manual', 'auto', 'agentic'] as const;
export type ExecutionMode = (typeof EXECUTION_MODES)[number];

export const SESSION_STATUSES = ['active', 'complete', 'failed', 'cancelled'] as const;
export type SessionStatus = (typeof SESSION_STATUSES)[number];
export type ClosedStatus = Exclude<SessionStatus, 'active'>;

/** What an active session waits for; null only while a step of its own is being worked on. */
export const WAITING_ON = ['client', 'executor', 'children', 'slot', 'decision', 'quota', 'system'] as const;
export type WaitingOn = (typeof WAITING_ON)[number];

export type OnExhausted = 'wait' | 'fail';

/** One turn as routing sees it: the step, and its result's status once completed. */
export interface Turn {
  readonly seq: number;
  readonly step: string;
  /** Null while pending. */
  readonly status: ResultStatus | null;
}

export interface PullRequest {
  readonly title: string;
  readonly body: string;
  /** `git request-pull` style text for a plain remote. */
  readonly compare: string;
  /** Where the forge shows it; absent for a plain remote. */
  readonly url?: string;
  readonly number?: number;
}

/** A component an operator decided to go on without. */
export interface Waiver {
  readonly component: string;
  readonly userId: string;
  readonly reason: string;
}

/** What judging adds to the session. */
export interface SessionPatch {
  readonly workspace?: string;
  readonly branch?: string;
  readonly baseSha?: string;
  readonly commit?: string;
  readonly remoteSha?: string;
  readonly pullRequest?: PullRequest;
  readonly tests?: TestCount;
}

/** Tests as last seen: of the component, or of every component on the merged branch. */
export interface TestCount {
  readonly executed: number;
  /** Components whose tests fail only because the implementation is not there yet. */
  readonly red: number;
}

/** What judging yields: the final status, why it is not `ok`, and what to remember. */
export interface Verdict {
  readonly status: ResultStatus;
  readonly failure?: Failure;
  readonly patch: SessionPatch;
  /** Components whose child needs a new attempt, with the reason; only for spawn steps. */
  readonly charged?: readonly ChargedComponent[];
}

export interface ChargedComponent {
  readonly component: string;
  readonly failure: Failure;
}
