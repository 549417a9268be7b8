import type {
  ChildOutcome,
  CloseInput,
  GenerateInput,
  InteractionKey,
  PlanInput,
  ValidateInput,
  WaitInput,
} from '../contract/activities.js';
import type { ChildAttempt } from '../domain/children.js';
import type { Command, CommandDraft } from '../domain/command.js';
import type { StepFacts } from '../domain/facts.js';
import type { Failure } from '../domain/failures.js';
import type { Scope } from '../domain/scope.js';
import type { Verdict } from '../domain/session.js';

/** What a step makes of the facts: a command, or why none can be built (a counted error interaction). */
export type Built =
  { readonly ok: true; readonly command: CommandDraft } | { readonly ok: false; readonly failure: Failure };

/** What judging is given: the command as it was handed out, and the bytes of every reported output. */
export interface JudgeInput {
  readonly facts: StepFacts;
  readonly command: Command;
  readonly result: ValidateInput['result'];
  readonly source: 'observed' | 'claimed';
  /** Output bytes by output name, inline and referred ones alike. */
  readonly outputs: ReadonlyMap<string, Uint8Array>;
}

export type Opened =
  | { readonly kind: 'opened'; readonly command: Command }
  | { readonly kind: 'unbuildable'; readonly failure: Failure }
  /** Account, project, user, context or component do not exist, or the id is another scope's. */
  | { readonly kind: 'refused'; readonly failure: Failure };

export type Completed = { readonly kind: 'verdict'; readonly verdict: Verdict } | { readonly kind: 'stale_lease' };

/**
 * The mirror's only writer. Every method is one transaction with the session row locked, idempotent by its key, and
 * appends to `session_events` with a gapless `revision`. Outages throw; bad values come back as values.
 */
export interface ProgressStore {
  /**
   * Makes the session row from `input.start` when it is not there, gathers the facts, builds, inserts the pending
   * interaction. Asked again with the same command id it returns the stored command and builds nothing. An unbuildable
   * command is inserted as a completed `error` interaction.
   */
  openInteraction(input: GenerateInput, build: (facts: StepFacts) => Built): Promise<Opened>;
  /** The stored command, or null. */
  loadCommand(scope: Scope, sessionId: string, commandId: string): Promise<Command | null>;
  /**
   * Stores inline outputs, judges, completes the interaction, patches the session. Asked again it returns the stored
   * verdict and judges nothing.
   */
  completeInteraction(input: ValidateInput, judge: (input: JudgeInput) => Verdict): Promise<Completed>;
  planChildren(input: PlanInput): Promise<void>;
  recordChild(scope: Scope, parentSessionId: string, child: ChildAttempt): Promise<void>;
  childOutcome(scope: Scope, sessionId: string): Promise<ChildOutcome>;
  noteWaiting(input: WaitInput): Promise<void>;
  closeSession(input: CloseInput): Promise<void>;
}
