import type { Bounds } from '../domain/bounds.js';
import type { Command, CommandKind, PlannedChild } from '../domain/command.js';
import type { ChildAttempt } from '../domain/children.js';
import type { Failure } from '../domain/failures.js';
import type { Rejected } from '../domain/inbox.js';
import type { Result } from '../domain/result.js';
import type { Scope } from '../domain/scope.js';
import type { ClosedStatus, ExecutionMode, Verdict, Waiver, WaitingOn } from '../domain/session.js';
import type { Decision } from './messages.js';
import type { StartInput } from './start-input.js';

/** Which interaction an activity works on: idempotent by (session, seq, command id). */
export interface InteractionKey {
  readonly scope: Scope;
  readonly sessionId: string;
  readonly seq: number;
  readonly commandId: string;
  readonly step: string;
}

export interface GenerateInput extends InteractionKey {
  readonly mode: ExecutionMode;
  /** Present for the first interaction: the row is made from it when no `planChildren` made it before. */
  readonly start: StartInput | null;
}

/**
 * A command for a client travels whole; one for the executor only as what the workflow needs. `bounds` come with the first
 * command, when the project has some: a session keeps what it was started with.
 */
export type Generated =
  | { readonly ok: true; readonly for: 'client'; readonly command: Command; readonly bounds?: Bounds }
  | {
      readonly ok: true;
      readonly for: 'executor';
      readonly kind: CommandKind;
      readonly title: string;
      readonly timeoutMs: number;
      readonly bounds?: Bounds;
    }
  | { readonly ok: true; readonly for: 'children'; readonly command: Command; readonly bounds?: Bounds }
  | { readonly ok: false; readonly failure: Failure }
  /** The scope or the subject does not exist: the session cannot begin. */
  | { readonly ok: false; readonly failure: Failure; readonly fatal: true };

/**
 * Whether Temporal suggested continue-as-new when an activity was asked for. It comes back as it went: by the result, which is in
 * the history, a replay goes by what the run saw.
 */
export interface Echoed {
  readonly isHistoryFull?: boolean;
}

export interface ValidateInput extends InteractionKey, Echoed {
  readonly result: Result;
  readonly digest: string;
  readonly source: 'observed' | 'claimed';
  readonly lease?: number;
}

export type Validated =
  /**
   * `digest` is there when the verdict is about another result: one that was written (`at`, ISO 8601), and whose report Temporal
   * lost before it was acknowledged.
   */
  | { readonly kind: 'verdict'; readonly verdict: Verdict; readonly digest?: string; readonly at?: string }
  /** The lease number is not the current one: the command stays open. */
  | { readonly kind: 'stale_lease' };

export interface PlanInput {
  readonly scope: Scope;
  readonly sessionId: string;
  readonly seq: number;
  readonly commandId: string;
  readonly children: readonly Omit<PlannedChild, 'dependsOn'>[];
}

export interface ChildInput extends Echoed {
  readonly scope: Scope;
  readonly sessionId: string;
  readonly child: ChildAttempt;
}

export interface MergeInput {
  readonly scope: Scope;
  readonly sessionId: string;
  readonly commandId: string;
  readonly child: { readonly sessionId: string; readonly component: string; readonly branch: string };
}
export type Merged = { readonly ok: true; readonly commit: string } | { readonly ok: false; readonly failure: Failure };

export interface CloseInput {
  readonly scope: Scope;
  readonly sessionId: string;
  readonly status: ClosedStatus;
  readonly failure: Failure | null;
}

export interface DecisionInput {
  readonly scope: Scope;
  readonly sessionId: string;
  /** Of the decision; recording it again changes nothing. */
  readonly id: string;
  readonly decision: Decision;
}

export interface RejectedInput {
  readonly scope: Scope;
  readonly sessionId: string;
  readonly rejected: Rejected;
}

export interface WaiverInput {
  readonly scope: Scope;
  readonly sessionId: string;
  readonly waiver: Waiver;
}

export interface WaitInput {
  readonly scope: Scope;
  readonly sessionId: string;
  readonly waitingOn: WaitingOn | null;
  /** Why, for the operator. */
  readonly reason: string | null;
}

/** On the session Task Queue, with Postgres. `generateCommand.<Step>` and `validateResult.<Step>` exist per step. */
export interface SessionActivities {
  /** Loads an open command again after continue-as-new. */
  loadCommand(key: InteractionKey & { mode: ExecutionMode }): Promise<Generated>;
  /** Inserts the rows of children not started yet, so that their ids can be read at once. */
  planChildren(input: PlanInput): Promise<void>;
  /** Writes a child's outcome or a failure held against it into the parent's table of children. */
  recordChild(input: ChildInput): Promise<Echoed>;
  /** Keeps an operator's decision, who made it and why. */
  recordDecision(input: DecisionInput): Promise<void>;
  /** Keeps a result that was refused because another was first, or the session is closed. */
  keepRejected(input: RejectedInput): Promise<void>;
  /** An operator goes on without a component. */
  recordWaiver(input: WaiverInput): Promise<void>;
  /** The outcome of a child that was started before. */
  childOutcome(input: { scope: Scope; sessionId: string }): Promise<ChildOutcome>;
  noteWaiting(input: WaitInput): Promise<void>;
  closeSession(input: CloseInput): Promise<void>;
}

export interface ChildOutcome {
  readonly status: 'active' | ClosedStatus;
  readonly branch: string | null;
  readonly commit: string | null;
  readonly failure: Failure | null;
  readonly fixRounds: number;
}

/** On an executor's own Task Queue, beside the workspaces. INV-18. */
export interface ExecutorActivities {
  runCommand(key: InteractionKey): Promise<Result>;
  mergeChild(input: MergeInput): Promise<Merged>;
  /** Runs the checks of every component on the merged branch. */
  checkChildren(input: InteractionKey): Promise<Result>;
}

export type GenerateCommand = (input: GenerateInput) => Promise<Generated>;
export type ValidateResult = (input: ValidateInput) => Promise<Validated & Echoed>;
export const generateType = (step: string) => `generateCommand.${step}` as const;
export const validateType = (step: string) => `validateResult.${step}` as const;
