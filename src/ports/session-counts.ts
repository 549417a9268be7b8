import type { CommandKind } from '../domain/command.js';
import type { ClosedStatus, SessionTypeName, WaitingOn } from '../domain/session.js';

export interface ActiveCount {
  readonly sessionType: SessionTypeName;
  /** Null: planned, not begun. */
  readonly step: string | null;
  readonly waitingOn: WaitingOn;
  readonly sessions: number;
  readonly oldestWaitSeconds: number;
}

export interface ClosedCount {
  readonly sessionType: SessionTypeName;
  /** Where it ended; null: it never began. */
  readonly step: string | null;
  readonly status: ClosedStatus;
  readonly sessions: number;
}

export interface OpenCommandCount {
  readonly kind: CommandKind;
  readonly commands: number;
  readonly oldestAgeSeconds: number;
}

/** How many, over all accounts, of one Temporal namespace and Task Queue: never which. A combination that is not there is absent. */
export interface SessionCounts {
  active(home: string): Promise<readonly ActiveCount[]>;
  /** Of the last day. */
  closed(home: string): Promise<readonly ClosedCount[]>;
  openCommands(home: string): Promise<readonly OpenCommandCount[]>;
}
