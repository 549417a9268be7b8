import type { Next, ReportAnswer, SpecwrightClient } from '../client.js';
import type { BoundName, Bounds } from '../domain/bounds.js';
import type { Report } from '../domain/result.js';
import type { Scope } from '../domain/scope.js';
import type { ExecutionMode, OnExhausted, SessionTypeName } from '../domain/session.js';
import type { IntakeStore, RejectedResult } from '../ports/intake-store.js';
import type { Lease, LeaseStore } from '../ports/lease-store.js';
import type { OutputStore } from '../ports/output-store.js';
import type {
  Page,
  SessionDetail,
  SessionEvent,
  SessionFilter,
  SessionReader,
  SessionSummary,
} from '../ports/session-reader.js';
import type { SessionWatch } from './watch-sessions.js';

/** A report that was taken without a verdict yet: it is in the session's history and will be applied. */
export interface Durable {
  readonly durable: true;
}

export interface StartRequest {
  readonly sessionType: SessionTypeName;
  readonly context: string;
  readonly component?: string;
  readonly mode: ExecutionMode;
  /** Left out: the deployment's own. Null: clients get every command. */
  readonly executorQueue?: string | null;
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

export interface Wait {
  readonly waitMs: number;
  /** Nobody waits any more. */
  readonly signal?: AbortSignal;
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
  /**
   * As `next`, but waits until something changed after `cursor` (a revision), `waitMs` are over or the signal comes; never
   * longer than 20 s.
   */
  nextAfter(scope: Scope, sessionId: string, cursor: number | null, wait: Wait): Promise<Waited>;
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
  /** What every wait goes through. */
  readonly watch: SessionWatch;
  /** For starts that name none. */
  readonly executorQueue: string;
  readonly newId: () => string;
}
