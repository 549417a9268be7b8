import type { ClosedStatus, SessionStatus, WaitingOn } from './session.js';

/** How an execution can have ended. Continue-as-new is no end: the run that follows is the one that counts. */
export type EndOfRun = 'completed' | 'failed' | 'cancelled' | 'terminated' | 'timed_out';

/** A run of a session's workflow as Temporal has it. Times in milliseconds. */
export interface Execution {
  readonly runId: string;
  readonly status: 'running' | EndOfRun;
  readonly startedAt: number;
  readonly closedAt: number | null;
}

/** What of a session's row is compared with Temporal. Times in milliseconds. */
export interface MirrorState {
  readonly status: SessionStatus;
  readonly waitingOn: WaitingOn | null;
  readonly seq: number;
  /** The run whose end a closed row records; null when nobody knew it. */
  readonly closedRunId: string | null;
  readonly createdAt: number;
  readonly closedAt: number | null;
  /** Whether it began on the Temporal namespace and Task Queue that is asked. */
  readonly atHome: boolean;
  readonly parent: { readonly status: SessionStatus; readonly closedAt: number | null } | null;
  /** When its parent planned another attempt in its place, which it does only once this one is over. */
  readonly replacedAt: number | null;
  readonly pendingCommandId: string | null;
  /** When the newest interaction was written; null when there is none. */
  readonly lastOpenedAt: number | null;
}

/** Where a running workflow says that it stands. */
export interface Standing {
  readonly seq: number;
  readonly step: string | null;
  readonly waitingOn: WaitingOn | null;
  readonly waitingSince: string;
  readonly openCommandId: string | null;
}

export type Reconciling =
  | { readonly kind: 'leave' }
  | { readonly kind: 'close'; readonly status: ClosedStatus; readonly how: EndOfRun | 'deleted' | 'never_begun' }
  /** The workflow runs again. */
  | { readonly kind: 'reopen' }
  /** A later run: has it been set back behind its row? */
  | { readonly kind: 'compare' }
  /** Its parent has ended, or was reset and went on with another attempt, and nobody told it. */
  | { readonly kind: 'cancel' };

/** Writes and messages that may still be on their way when a run has just ended. */
export const SETTLE_MS = 2_000;
/** A row is written by the workflow's first activity, so the workflow is there; this is for clocks that differ. */
export const YOUNG_MS = 30_000;
/** The parent's end asks its children to cancel (ParentClosePolicy); only one that was passed over is left after this. */
export const ORPHAN_MS = 10_000;

const CLOSED_AS: Readonly<Record<EndOfRun, ClosedStatus>> = {
  completed: 'complete',
  failed: 'failed',
  cancelled: 'cancelled',
  terminated: 'cancelled',
  timed_out: 'failed',
};

/** The status a row should have beside this execution. */
export function statusOf(execution: Execution): SessionStatus {
  return execution.status === 'running' ? 'active' : CLOSED_AS[execution.status];
}

const LEAVE: Reconciling = { kind: 'leave' };

/** What to do about a row beside the newest run of its workflow; null: Temporal has none (any more). */
export function reconciling(row: MirrorState, execution: Execution | null, now: number): Reconciling {
  if (execution === null) return row.status === 'active' ? withoutWorkflow(row, now) : LEAVE;
  if (execution.status !== 'running') return afterEnd(row, execution, execution.status, now);
  return row.status === 'active' ? whileRunning(row, execution, now) : closedWhileRunning(row, execution, now);
}

/** Closed rows outlive Temporal's retention, planned children have no workflow yet, and another Temporal's are not ours. */
function withoutWorkflow(row: MirrorState, now: number): Reconciling {
  if (!row.atHome || now - row.createdAt < YOUNG_MS) return LEAVE;
  if (row.waitingOn !== 'slot') return { kind: 'close', status: 'cancelled', how: 'deleted' };
  const parentIsGone = row.parent !== null && isLongClosed(row.parent.closedAt, now);
  return parentIsGone ? { kind: 'close', status: 'cancelled', how: 'never_begun' } : LEAVE;
}

function afterEnd(row: MirrorState, { closedAt }: Execution, how: EndOfRun, now: number): Reconciling {
  if (row.status === CLOSED_AS[how] || now - (closedAt ?? 0) < SETTLE_MS) return LEAVE;
  return { kind: 'close', status: CLOSED_AS[how], how };
}

function whileRunning(row: MirrorState, { startedAt }: Execution, now: number): Reconciling {
  const orphanedAt =
    row.parent !== null && isLongClosed(row.parent.closedAt, now) ? row.parent.closedAt : row.replacedAt;
  // One that an operator reset after that is meant to run.
  if (orphanedAt !== null && startedAt < orphanedAt) return { kind: 'cancel' };
  return startedAt > row.createdAt ? { kind: 'compare' } : LEAVE;
}

/** The run that closed the row is about to end; any other one came by a reset. */
function closedWhileRunning(row: MirrorState, { runId, startedAt }: Execution, now: number): Reconciling {
  if (row.closedRunId === runId) return LEAVE;
  const isFresh = now - startedAt < SETTLE_MS || now - (row.closedAt ?? 0) < SETTLE_MS;
  return isFresh ? LEAVE : { kind: 'reopen' };
}

const isLongClosed = (closedAt: number | null, now: number): boolean => closedAt !== null && now - closedAt > ORPHAN_MS;

/**
 * Whether a reset has set the workflow back behind its row: it is at rest, and the row shows later interactions, all of them
 * written before this run began. What the run itself wrote is ahead of it for a moment only.
 */
export function isSetBack(row: MirrorState, { startedAt }: Execution, standing: Standing): boolean {
  if (standing.waitingOn === null || standing.waitingOn === 'system') return false;
  if (row.lastOpenedAt === null || row.lastOpenedAt >= startedAt) return false;
  if (row.pendingCommandId === null) return row.seq > standing.seq;
  return row.pendingCommandId !== standing.openCommandId;
}
