import { RefusedError, type Next, type ReportAnswer, type SpecwrightClient } from '../client.js';
import type { BoundName, Bounds } from '../domain/bounds.js';
import type { Report } from '../domain/result.js';
import type { Scope } from '../domain/scope.js';
import type { ExecutionMode, OnExhausted, SessionTypeName } from '../domain/session.js';
import type { IntakeStore, RejectedResult } from '../ports/intake-store.js';
import type { Lease, LeaseStore } from '../ports/lease-store.js';
import type { OutputStore } from '../ports/output-store.js';
import { leasing } from './leasing.js';
import { ownedSession, revisionAfter, unknownSession } from './owned-session.js';
import { reporting, type Durable } from './reporting.js';
import { startSession } from './start-session.js';
import { UnavailableError, whenReachable } from './when-reachable.js';
import type {
  Page,
  SessionDetail,
  SessionEvent,
  SessionFilter,
  SessionReader,
  SessionSummary,
} from '../ports/session-reader.js';

// What surfaces need to name; they import it from here and nowhere deeper.
export { RefusedError, UnavailableError };
export type { Durable, Lease, Next, RejectedResult, ReportAnswer, SessionDetail, SessionEvent, SessionFilter, SessionSummary };
export type { AppliedModel, ApplyOptions, ApplyOutcome } from '../ports/project-store.js';

export interface StartRequest {
  readonly sessionType: SessionTypeName;
  readonly context: string;
  readonly component?: string;
  readonly mode: ExecutionMode;
  readonly executorQueue: string | null;
  readonly onExhausted: OnExhausted;
  readonly bounds?: Bounds;
  readonly baseBranch?: string;
}

/** What is decided about a session that waits for a decision; by whom is in the scope. */
export type DecisionRequest =
  | { readonly action: 'retry' | 'fail'; readonly reason: string }
  | { readonly action: 'extend'; readonly bound: BoundName; readonly by: number; readonly reason: string }
  | { readonly action: 'waive'; readonly component: string; readonly reason: string };

export interface LeaseRequest {
  readonly commandId: string;
  /** What the holder calls itself, for people. */
  readonly owner: string;
  readonly ttlMs: number;
}

/** What a bounded wait gives back: where the session stands, and the cursor to wait on from there. */
export interface Waited {
  readonly next: Next;
  readonly cursor: number;
}

/** Use cases on sessions: scope first, and nothing is sent to a session that the scope does not own. */
export interface Sessions {
  /** With an idempotency key the same request again is the same session; another request with it is refused. */
  start(scope: Scope, request: StartRequest, idempotencyKey?: string): Promise<{ sessionId: string }>;
  next(scope: Scope, sessionId: string): Promise<Next>;
  /** As `next`, but waits until something changed after `cursor` (a revision) or `waitMs` are over; never longer than 20 s. */
  nextAfter(scope: Scope, sessionId: string, cursor: number | null, waitMs: number): Promise<Waited>;
  /** The verdict; or, with no worker up, that the report is durable and will be applied. */
  submit(scope: Scope, sessionId: string, report: Report): Promise<ReportAnswer | Durable>;
  /** Fire and forget: durable when it returns, with or without a worker up. */
  report(scope: Scope, sessionId: string, report: Report): Promise<void>;
  decide(scope: Scope, sessionId: string, decision: DecisionRequest): Promise<void>;
  setMode(scope: Scope, sessionId: string, mode: ExecutionMode): Promise<void>;
  take(scope: Scope, sessionId: string, request: LeaseRequest): Promise<Lease>;
  heartbeat(
    scope: Scope,
    sessionId: string,
    lease: { commandId: string; number: number; ttlMs: number },
  ): Promise<Lease>;
  release(scope: Scope, sessionId: string, lease: { commandId: string; number: number }): Promise<void>;
  /** Results that were refused and kept: second ones, and late ones. */
  rejected(scope: Scope, sessionId: string): Promise<readonly RejectedResult[]>;
  output(scope: Scope, outputId: string): Promise<Uint8Array>;
  cancel(scope: Scope, sessionId: string, reason: string): Promise<void>;
  list(scope: Scope, filter: SessionFilter, page: { limit: number; cursor?: string }): Promise<Page<SessionSummary>>;
  show(scope: Scope, sessionId: string): Promise<SessionDetail>;
  tree(scope: Scope, sessionId: string): Promise<readonly SessionSummary[]>;
  events(scope: Scope, sessionId: string, afterRevision: number, limit: number): Promise<readonly SessionEvent[]>;
}

export interface SessionsDeps {
  readonly client: SpecwrightClient;
  readonly reader: SessionReader;
  readonly leases: LeaseStore;
  readonly intake: IntakeStore;
  readonly outputs: Pick<OutputStore, 'read'>;
  readonly newId: () => string;
}

export function createSessions(deps: SessionsDeps): Sessions {
  const { client, reader, outputs } = deps;
  const owned = (scope: Scope, sessionId: string) => ownedSession(reader, scope, sessionId);
  const next = async (scope: Scope, sessionId: string): Promise<Next> => {
    const { status } = await owned(scope, sessionId);
    return status === 'active' ? whenReachable(client, () => client.nextCommand(sessionId)) : { kind: 'done', status };
  };
  return {
    start: (scope, request, idempotencyKey) => startSession(deps, scope, request, idempotencyKey),
    next,
    async nextAfter(scope, sessionId, cursor, waitMs) {
      const revision = await revisionAfter(reader, scope, sessionId, cursor, waitMs);
      return { next: await next(scope, sessionId), cursor: revision };
    },
    ...reporting(deps),
    ...leasing(deps),
    async decide(scope, sessionId, decision) {
      await owned(scope, sessionId);
      await whenReachable(client, () => client.decide(sessionId, { ...decision, userId: scope.userId }));
    },
    async setMode(scope, sessionId, mode) {
      await owned(scope, sessionId);
      await whenReachable(client, () => client.setExecutionMode(sessionId, mode));
    },
    async cancel(scope, sessionId, reason) {
      await owned(scope, sessionId);
      await whenReachable(client, () => client.cancel(sessionId, { userId: scope.userId, reason }));
    },
    list: (scope, filter, page) => reader.list(scope, filter, page),
    show: async (scope, sessionId) => (await reader.get(scope, sessionId)) ?? unknownSession(sessionId),
    async tree(scope, sessionId) {
      await owned(scope, sessionId);
      return reader.tree(scope, sessionId);
    },
    async events(scope, sessionId, afterRevision, limit) {
      await owned(scope, sessionId);
      return reader.events(scope, sessionId, afterRevision, limit);
    },
    async output(scope, outputId) {
      const bytes = await outputs.read(scope, outputId);
      if (bytes) return bytes;
      throw new RefusedError({ code: 'not_found', message: 'no such output', fix: 'use an id from an interaction' });
    },
  };
}
