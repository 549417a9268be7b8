import type { Bounds } from '../domain/bounds.js';
import type { Scope } from '../domain/scope.js';
import type { ExecutionMode, OnExhausted, SessionTypeName } from '../domain/session.js';

/** The one argument of every Workflow Type; the Workflow Id is the session id. Public: `docs/messages.md`. */
export interface StartInput {
  readonly scope: Scope;
  readonly sessionType: SessionTypeName;
  readonly context: string;
  /** Required for component types, absent for context types. */
  readonly component?: string;
  /** Default `manual`. */
  readonly mode?: ExecutionMode;
  /** The Task Queue of the executor host; null: clients get every command of the tree. Default null. */
  readonly executorQueue?: string | null;
  /** Default `wait`. */
  readonly onExhausted?: OnExhausted;
  readonly bounds?: Bounds;
  /** The branch to start from and to deliver into, for a root; default: the project's default branch. */
  readonly baseBranch?: string;
  /** Set by the parent workflow only. */
  readonly parent?: ParentLink;
  /** Set by continue-as-new only. */
  readonly carried?: unknown;
}

export interface ParentLink {
  readonly sessionId: string;
  readonly branch: string;
  readonly attempt: number;
}
