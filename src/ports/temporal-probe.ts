import type { PendingWork } from '../domain/stuck.js';

export interface TemporalServer {
  readonly version: string;
  readonly missingAttributes: readonly string[];
}

/** What the doctor asks Temporal. Every call is bounded in time and throws when Temporal does not answer. */
export interface TemporalProbe {
  server(): Promise<TemporalServer>;
  /** Workers that polled the Task Queue just now. */
  pollers(taskQueue: string, kind: 'workflow' | 'activity'): Promise<number>;
  /** Null when there is no such workflow. */
  pending(sessionId: string): Promise<PendingWork | null>;
}
