import type { Bounds } from '../domain/bounds.js';
import type { ChildAttempt } from '../domain/children.js';
import type { Failure } from '../domain/failures.js';
import type { AnsweredCommand, OpenCommand } from '../domain/inbox.js';
import type { Progress } from '../domain/progress.js';
import type { ExecutionMode, SessionPatch, Waiver } from '../domain/session.js';

/** What continue-as-new hands on (≤ 64 KiB); the open command itself is loaded again from Postgres. */
export interface Carried {
  readonly seq: number;
  readonly step: string;
  readonly open: OpenCommand | null;
  readonly mode: ExecutionMode;
  /** Absent when an earlier release carried it. */
  readonly bounds?: Bounds;
  readonly progress: Progress;
  readonly patch: SessionPatch;
  readonly lastFailure: Failure | null;
  readonly answered: readonly AnsweredCommand[];
  readonly children: readonly ChildAttempt[];
  readonly waivers?: readonly Waiver[];
  readonly refusedCount: number;
}
