import type { Command } from '../domain/command.js';
import type { Failure } from '../domain/failures.js';
import type { Misfit } from '../domain/guard.js';
import type { Json } from '../domain/json.js';
import type { Result } from '../domain/result.js';
import type { Scope } from '../domain/scope.js';
import type { ExecutionMode, SessionPatch, SessionStatus, SessionTypeName, WaitingOn } from '../domain/session.js';

export interface SessionSummary {
  readonly sessionId: string;
  readonly type: SessionTypeName;
  readonly context: string;
  readonly component: string | null;
  readonly status: SessionStatus;
  readonly mode: ExecutionMode;
  readonly parentSessionId: string | null;
  readonly attempt: number;
  readonly step: string | null;
  readonly seq: number;
  readonly waitingOn: WaitingOn | null;
  readonly waitingSince: string | null;
  readonly state: SessionPatch;
  readonly failure: Failure | null;
  readonly revision: number;
  readonly createdAt: string;
  readonly closedAt: string | null;
}

export interface InteractionRow {
  readonly seq: number;
  readonly commandId: string;
  readonly step: string;
  readonly status: 'pending' | 'ok' | 'warning' | 'error' | 'superseded';
  readonly command: Command | null;
  readonly result: Result | null;
  readonly failure: Failure | null;
  readonly source: 'observed' | 'claimed' | null;
  readonly openedAt: string;
  readonly completedAt: string | null;
}

/** What agents said they used, summed over completed commands; null when none of them said. */
export interface Usage {
  /** Commands that an agent carried out. */
  readonly commands: number;
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
  readonly costUsd: number | null;
  /** Commands whose tokens, and whose cost, nobody told: they are in no sum. */
  readonly withoutTokens: number;
  readonly withoutCost: number;
}

export interface SessionDetail extends SessionSummary {
  /** Of the session, its children and theirs. */
  readonly usage: Usage;
  readonly interactions: readonly InteractionRow[];
  readonly children: readonly SessionSummary[];
}

export interface SessionFilter {
  readonly status?: SessionStatus;
  readonly type?: SessionTypeName;
  readonly context?: string;
  readonly component?: string;
  readonly waitingOn?: WaitingOn;
  /** `null`: roots only. */
  readonly parentSessionId?: string | null;
  readonly createdAfter?: string;
  readonly createdBefore?: string;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Opaque; null on the last page. */
  readonly cursor: string | null;
}

export interface SessionEvent {
  readonly revision: number;
  readonly at: string;
  readonly type: string;
  readonly data: Json;
}

export interface Standing {
  readonly status: SessionStatus;
  /** How far its events have come. */
  readonly revision: number;
}

/** Reads through the role that cannot write. Foreign and unknown ids give the same nothing. */
export interface SessionReader {
  list(scope: Scope, filter: SessionFilter, page: { limit: number; cursor?: string }): Promise<Page<SessionSummary>>;
  get(scope: Scope, sessionId: string): Promise<SessionDetail | null>;
  /** Cheap: for waiting, and for knowing whether a session is the scope's. */
  standing(scope: Scope, sessionId: string): Promise<Standing | null>;
  /** Of the result that was accepted for a command; null when there is none. */
  acceptedDigest(scope: Scope, sessionId: string, commandId: string): Promise<string | null>;
  /** Where several sessions stand, in one read; without those that are not the scope's. */
  standings(scope: Scope, sessionIds: readonly string[]): Promise<ReadonlyMap<string, Standing>>;
  /** The session, its children and theirs, parents first; empty when unknown. */
  tree(scope: Scope, sessionId: string): Promise<readonly SessionSummary[]>;
  events(scope: Scope, sessionId: string, afterRevision: number, limit: number): Promise<readonly SessionEvent[]>;
  /** Why a session about this would be refused by its first activity, as far as the model and the members tell; or null. */
  startFault(scope: Scope, subject: { readonly context: string; readonly component?: string }): Promise<Misfit | null>;
}
