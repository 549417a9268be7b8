import type { Bounds } from '../../domain/bounds.js';
import type { ChildAttempt } from '../../domain/children.js';
import type { Command } from '../../domain/command.js';
import type { Neighbour, StepFacts } from '../../domain/facts.js';
import type { Failure } from '../../domain/failures.js';
import type { JudgedFile } from '../../domain/evidence.js';
import type { Component, Context, Project, Rule, Story } from '../../domain/project.js';
import type { GenerateInput } from '../../ports/progress-store.js';
import type {
  ExecutionMode,
  PullRequest,
  SessionPatch,
  SessionStatus,
  SessionTypeName,
  TestCount,
  Verdict,
  WaitingOn,
  Waiver,
} from '../../domain/session.js';
import type { Scope } from '../../domain/scope.js';

export type StartInput = NonNullable<GenerateInput['start']>;

/** The session's columns as `gather_facts` gives them. */
export interface SessionColumns {
  readonly type: SessionTypeName;
  readonly context: string;
  readonly component: string | null;
  readonly status: SessionStatus;
  readonly mode: ExecutionMode;
  readonly executorQueue: string | null;
  readonly parentSessionId: string | null;
  readonly parentBranch: string | null;
  readonly baseBranch: string | null;
  readonly attempt: number;
  readonly waivers: readonly Waiver[];
  readonly judged: readonly JudgedFile[] | null;
  readonly bounds: Bounds;
  readonly waitingOn: WaitingOn | null;
  readonly closedRunId: string | null;
  readonly state: StateColumns;
}

/** {@link SessionPatch} with null for what is not known yet. */
interface StateColumns {
  readonly workspace: string | null;
  readonly branch: string | null;
  readonly baseSha: string | null;
  readonly commit: string | null;
  readonly remoteSha: string | null;
  readonly pullRequest: PullRequest | null;
  readonly tests: TestCount | null;
}

export interface InteractionColumns {
  readonly status: 'pending' | 'ok' | 'warning' | 'error' | 'superseded';
  readonly command: Command | null;
  readonly verdict: Verdict | null;
  readonly failure: Failure | null;
  readonly digest: string | null;
  readonly completedAt: string | null;
}

/** One row of `gather_facts`: the session, the interaction asked about, and everything a step may look at. */
export interface FactsRow {
  /** Null when there is no such session in this scope. */
  readonly session: SessionColumns | null;
  /** Whether the session id is this scope's; null when nobody has it. */
  readonly owned: boolean | null;
  readonly member: boolean;
  readonly parentKnown: boolean;
  readonly project: Project | null;
  readonly context: Context | null;
  readonly components: readonly Component[];
  readonly neighbours: readonly Neighbour[];
  readonly stories: readonly Story[];
  readonly rules: readonly Rule[];
  readonly children: readonly ChildAttempt[];
  readonly earlierTurns: number;
  readonly conversationId: string | null;
  readonly fixRounds: number;
  /** The newest judged interaction, or after an `ok` one the newest warning. */
  readonly last: { readonly status: string; readonly failure: Failure | null } | null;
  /** Held against the child that this one replaces; only until this one's first agent command is completed. */
  readonly replaced: Failure | null;
  readonly interaction: InteractionColumns | null;
  readonly lease: { readonly number: number; readonly expired: boolean } | null;
}

export function toPatch(columns: StateColumns): SessionPatch {
  return {
    ...(columns.workspace !== null && { workspace: columns.workspace }),
    ...(columns.branch !== null && { branch: columns.branch }),
    ...(columns.baseSha !== null && { baseSha: columns.baseSha }),
    ...(columns.commit !== null && { commit: columns.commit }),
    ...(columns.remoteSha !== null && { remoteSha: columns.remoteSha }),
    ...(columns.pullRequest !== null && { pullRequest: columns.pullRequest }),
    ...(columns.tests !== null && { tests: columns.tests }),
  };
}

/** The row a start input makes, before it is there. */
export function sessionOf(start: StartInput, project: Project | null): SessionColumns {
  return {
    type: start.sessionType,
    context: start.context,
    component: start.component ?? null,
    status: 'active',
    mode: start.mode ?? 'manual',
    executorQueue: start.executorQueue ?? null,
    parentSessionId: start.parent?.sessionId ?? null,
    parentBranch: start.parent?.branch ?? null,
    baseBranch: start.baseBranch ?? null,
    attempt: start.parent?.attempt ?? 1,
    waivers: [],
    judged: null,
    bounds: { ...project?.bounds, ...start.bounds },
    waitingOn: null,
    closedRunId: null,
    state: {
      workspace: null,
      branch: null,
      baseSha: null,
      commit: null,
      remoteSha: null,
      pullRequest: null,
      tests: null,
    },
  };
}

/** The part of a {@link FactsRow} that is known to be there. */
export interface Known {
  readonly session: SessionColumns;
  readonly project: Project;
  readonly context: Context;
}

export function toFacts(scope: Scope, sessionId: string, row: FactsRow, known: Known, mode: ExecutionMode): StepFacts {
  const { session, project, context } = known;
  const parent = session.parentSessionId;
  return {
    scope,
    session: {
      id: sessionId,
      type: session.type,
      context: session.context,
      component: session.component,
      mode,
      executorQueue: session.executorQueue,
      parent: parent === null ? null : { sessionId: parent, branch: session.parentBranch ?? '' },
      baseBranch: session.baseBranch,
      attempt: session.attempt,
      waivers: session.waivers,
      judged: session.judged,
      state: toPatch(session.state),
    },
    project,
    context,
    component: row.components.find(({ name }) => name === session.component) ?? null,
    components: row.components,
    neighbours: row.neighbours,
    stories: row.stories,
    rules: row.rules,
    lastFailure: row.last?.status === 'error' ? row.last.failure : (row.replaced ?? row.last?.failure ?? null),
    earlierTurns: row.earlierTurns,
    conversationId: row.conversationId,
    fixRounds: row.fixRounds,
    children: row.children,
  };
}
