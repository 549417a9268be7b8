import { RefusedError, type Next, type ReportAnswer, type SpecwrightClient } from '../client.js';
import type { Bounds } from '../domain/bounds.js';
import type { Report } from '../domain/result.js';
import type { Scope } from '../domain/scope.js';
import type { ExecutionMode, OnExhausted, SessionTypeName } from '../domain/session.js';
import type {
  Page,
  SessionDetail,
  SessionEvent,
  SessionFilter,
  SessionReader,
  SessionSummary,
} from '../ports/session-reader.js';

// What surfaces need to name; they import it from here and nowhere deeper.
export { RefusedError };
export type { Next, ReportAnswer, SessionDetail, SessionFilter, SessionSummary };
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
  | { readonly action: 'waive'; readonly component: string; readonly reason: string };

/** Use cases on sessions: scope first, and nothing is sent to a session that the scope does not own. */
export interface Sessions {
  start(scope: Scope, request: StartRequest): Promise<{ sessionId: string }>;
  next(scope: Scope, sessionId: string): Promise<Next>;
  submit(scope: Scope, sessionId: string, report: Report): Promise<ReportAnswer>;
  /** Fire and forget: durable when it returns, with or without a worker up. */
  report(scope: Scope, sessionId: string, report: Report): Promise<void>;
  decide(scope: Scope, sessionId: string, decision: DecisionRequest): Promise<void>;
  cancel(scope: Scope, sessionId: string, reason: string): Promise<void>;
  list(scope: Scope, filter: SessionFilter, page: { limit: number; cursor?: string }): Promise<Page<SessionSummary>>;
  show(scope: Scope, sessionId: string): Promise<SessionDetail>;
  tree(scope: Scope, sessionId: string): Promise<readonly SessionSummary[]>;
  events(scope: Scope, sessionId: string, afterRevision: number, limit: number): Promise<readonly SessionEvent[]>;
}

export interface SessionsDeps {
  readonly client: SpecwrightClient;
  readonly reader: SessionReader;
  readonly newId: () => string;
}

export function createSessions({ client, reader, newId }: SessionsDeps): Sessions {
  const owned = async (scope: Scope, sessionId: string): Promise<SessionDetail> => {
    const detail = await reader.get(scope, sessionId);
    if (detail) return detail;
    const fix = 'check the id with `specwright list`; a session just started may need a moment';
    throw new RefusedError({ code: 'session_not_found', message: `no session ${sessionId} in this project`, fix });
  };
  return {
    async start(scope, request) {
      const sessionId = newId();
      await client.startSession(sessionId, { scope, ...request });
      await untilReadable(reader, scope, sessionId);
      return { sessionId };
    },
    async next(scope, sessionId) {
      const { status } = await owned(scope, sessionId);
      return status === 'active' ? client.nextCommand(sessionId) : { kind: 'done', status };
    },
    async submit(scope, sessionId, report) {
      await owned(scope, sessionId);
      return client.submitResult(sessionId, report);
    },
    async report(scope, sessionId, report) {
      await owned(scope, sessionId);
      await client.reportResult(sessionId, report);
    },
    async decide(scope, sessionId, decision) {
      await owned(scope, sessionId);
      await client.decide(sessionId, { ...decision, userId: scope.userId });
    },
    async cancel(scope, sessionId, reason) {
      await owned(scope, sessionId);
      await client.cancel(sessionId, { userId: scope.userId, reason });
    },
    list: (scope, filter, page) => reader.list(scope, filter, page),
    show: (scope, sessionId) => owned(scope, sessionId),
    async tree(scope, sessionId) {
      await owned(scope, sessionId);
      return reader.tree(scope, sessionId);
    },
    events: (scope, sessionId, afterRevision, limit) => reader.events(scope, sessionId, afterRevision, limit),
  };
}

const READABLE_WITHIN_MS = 5_000;
const LOOK_EVERY_MS = 50;

/** The row is written by the first activity; with no worker up the session is started all the same. */
async function untilReadable(reader: SessionReader, scope: Scope, sessionId: string): Promise<void> {
  const end = Date.now() + READABLE_WITHIN_MS;
  while (Date.now() < end && (await reader.get(scope, sessionId).catch(() => null)) === null) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}
