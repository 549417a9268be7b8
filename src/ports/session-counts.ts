import type { CommandKind } from '../domain/command.js';
import type { SessionTypeName, WaitingOn } from '../domain/session.js';

export interface SessionCount {
  readonly sessionType: SessionTypeName;
  readonly waitingOn: WaitingOn;
  readonly sessions: number;
  readonly oldestWaitSeconds: number;
}

export interface OpenCommandCount {
  readonly kind: CommandKind;
  readonly commands: number;
  readonly oldestAgeSeconds: number;
}

/** How many, over all accounts, of one Temporal namespace and Task Queue: never which. */
export interface SessionCounts {
  /** Active ones; a combination that nobody is in is absent. */
  sessions(home: string): Promise<readonly SessionCount[]>;
  openCommands(home: string): Promise<readonly OpenCommandCount[]>;
}
