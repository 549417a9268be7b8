import type {
  ChildOutcome,
  CloseInput,
  DecisionInput,
  GenerateInput,
  PlanInput,
  ValidateInput,
  WaitInput,
  WaiverInput,
} from '../contract/activities.js';
import type { Bounds } from '../domain/bounds.js';
import type { ChildAttempt } from '../domain/children.js';
import type { Command } from '../domain/command.js';
import type { StepFacts } from '../domain/facts.js';
import type { Failure } from '../domain/failures.js';
import type { Built, JudgeInput, Judgement } from '../domain/judging.js';
import type { Scope } from '../domain/scope.js';
import type { Verdict } from '../domain/session.js';

export type { Built, JudgeInput, Judgement };
// The store knows ports, not the contract: what the methods below take and give.
export type {
  ChildOutcome,
  CloseInput,
  DecisionInput,
  GenerateInput,
  PlanInput,
  ValidateInput,
  WaiverInput,
  WaitInput,
};

/** The run of the session's own workflow that asks; absent when somebody else does, as a parent for its child. */
export interface AskingRun {
  readonly runId?: string;
}
/** `home` names the Temporal namespace and Task Queue the session begins on; see {@link Mirror}. */
export type OpenRun = GenerateInput & AskingRun & { readonly home?: string };
/** With `seen` nothing is written unless the row still has this revision. */
export type CloseRun = CloseInput & AskingRun & { readonly seen?: number };

/** A command with what decides who carries it out. */
export interface StoredCommand {
  readonly command: Command;
  readonly executorQueue: string | null;
}

export type Opened =
  /** `bounds` are the session's own: those of its start over the project's. */
  | ({ readonly kind: 'opened'; readonly bounds: Bounds } & StoredCommand)
  | { readonly kind: 'unbuildable'; readonly failure: Failure }
  /** Account, project, user, context or component do not exist, or the id is another scope's. */
  | { readonly kind: 'refused'; readonly failure: Failure };

/** A verdict with a `digest` is about another result, which was written before, `at` a time; this one was not looked at. */
export type Completed =
  | { readonly kind: 'verdict'; readonly verdict: Verdict; readonly digest?: string; readonly at?: string }
  | { readonly kind: 'stale_lease' };

/**
 * The mirror's only writer (INV-9, INV-10). Every method is one transaction with the session row locked, idempotent by its key, and
 * appends to `session_events` with a gapless `revision`. Outages throw; bad values come back as values.
 */
export interface ProgressStore {
  /**
   * Makes the session row from `input.start` when it is not there, gathers the facts, builds, inserts the pending
   * interaction. Asked again with the same command id it returns the stored command and builds nothing. An unbuildable
   * command is inserted as a completed `error` interaction. A closed session opens nothing more, but for another run than
   * the one that ended it: that is a reset, and the row is active again.
   */
  openInteraction(input: OpenRun, build: (facts: StepFacts) => Built): Promise<Opened>;
  /** The stored command, or null. */
  loadCommand(scope: Scope, sessionId: string, commandId: string): Promise<StoredCommand | null>;
  /**
   * Stores inline outputs, judges, completes the interaction, patches the session, and adds what a design names to the
   * project model. Asked again it returns the stored
   * verdict and judges nothing.
   */
  completeInteraction(input: ValidateInput, judge: (input: JudgeInput) => Judgement): Promise<Completed>;
  planChildren(input: PlanInput): Promise<void>;
  recordChild(scope: Scope, parentSessionId: string, child: ChildAttempt): Promise<void>;
  recordDecision(input: DecisionInput): Promise<void>;
  /** Once per component; repeating it changes nothing. */
  recordWaiver(input: WaiverInput): Promise<void>;
  childOutcome(scope: Scope, sessionId: string): Promise<ChildOutcome>;
  noteWaiting(input: WaitInput): Promise<void>;
  /** The first terminal status of a run is the one that counts; a later run, after a reset, writes its own. */
  closeSession(input: CloseRun): Promise<void>;
}
