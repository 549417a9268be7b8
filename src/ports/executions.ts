import type { SessionView } from '../contract/messages.js';
import type { Failure } from '../domain/failures.js';
import type { EndOfRun, Execution } from '../domain/reconcile.js';

/** A run as Temporal's visibility has it: soon, not at once. */
export interface SeenRun {
  readonly sessionId: string;
  readonly execution: Execution;
}

/** One page of runs in a stretch of time, newest first; `rest` is the end of what is left of it, or null. Milliseconds. */
export interface SeenRuns {
  readonly runs: readonly SeenRun[];
  readonly rest: number | null;
}

/** What specwright asks Temporal about sessions, besides what its messages are for. Every call is bounded in time. */
export interface Executions {
  /** Names the Temporal namespace and Task Queue asked; see {@link Mirror}. */
  home(): Promise<string>;
  /** Runs that ended otherwise than complete, and running ones that began; `from` inclusive. */
  ended(from: number, to: number, limit: number): Promise<SeenRuns>;
  began(from: number, to: number, limit: number): Promise<SeenRuns>;
  /** Those of these sessions that visibility shows as running. */
  running(sessionIds: readonly string[]): Promise<ReadonlyMap<string, Execution>>;
  /** The newest run, as it is now; null when there is none. */
  newest(sessionId: string): Promise<Execution | null>;
  /** Who ended a run, and why, as far as its history tells. */
  whyEnded(sessionId: string, runId: string, how: EndOfRun): Promise<Failure | null>;
  /** Null when no worker answers. */
  view(sessionId: string): Promise<SessionView | null>;
  requestCancel(sessionId: string, reason: string): Promise<void>;
  /** Ids of a project's sessions that run. */
  runningIn(scope: { accountId: string; projectId: string }, limit: number): Promise<readonly string[]>;
}
