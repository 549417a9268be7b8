import type { Failure } from './failures.js';
import type { Component, Context, Project, Rule, Story } from './project.js';
import type { ExecutionMode, SessionPatch, SessionTypeName, Waiver } from './session.js';
import type { ChildAttempt } from './children.js';
import type { JudgedFile } from './evidence.js';
import type { Scope } from './scope.js';

/** The session row as a step sees it. */
export interface SessionFacts {
  readonly id: string;
  readonly type: SessionTypeName;
  readonly context: string;
  readonly component: string | null;
  readonly mode: ExecutionMode;
  readonly executorQueue: string | null;
  readonly parent: { readonly sessionId: string; readonly branch: string } | null;
  /** The branch a root starts from and is delivered into, when its start named one. */
  readonly baseBranch: string | null;
  /** Which child of its component this is; 1 for a root. */
  readonly attempt: number;
  readonly state: SessionPatch;
  /** Components an operator decided to go on without. */
  readonly waivers: readonly Waiver[];
  /** Files that were judged right, told to Finalize only; null when none were, or an earlier release judged them. */
  readonly judged: readonly JudgedFile[] | null;
}

/** Another context of the project, with the names of its components. */
export interface Neighbour extends Context {
  readonly components: readonly string[];
}

/** What a step builds its command from: gathered in one transaction, nothing else is read. */
export interface StepFacts {
  readonly scope: Scope;
  readonly session: SessionFacts;
  readonly project: Project;
  readonly context: Context;
  /** The session's own component; null for a type that works on a context. */
  readonly component: Component | null;
  /** Every component of the context. */
  readonly components: readonly Component[];
  /** The other contexts of the project. */
  readonly neighbours: readonly Neighbour[];
  readonly stories: readonly Story[];
  readonly rules: readonly Rule[];
  /** Why the last attempt was not enough: of this session, or of the child this one replaces. */
  readonly lastFailure: Failure | null;
  /** How often this step was given to this component before, across attempts. */
  readonly earlierTurns: number;
  /** What the agent of this session called its conversation, when it last said so. */
  readonly conversationId: string | null;
  /** Rounds of fixing this session took itself; told to Finalize only. */
  readonly fixRounds: number;
  /** The newest child of each component; empty unless the session's type has children. */
  readonly children: readonly ChildAttempt[];
}
