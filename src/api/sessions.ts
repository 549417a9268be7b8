import { RefusedError, type Next } from '../client.js';
import type { Scope } from '../domain/scope.js';
import type { Lease } from '../ports/lease-store.js';
import type { SessionDetail, SessionEvent, SessionFilter, SessionSummary } from '../ports/session-reader.js';
import { leasing } from './leasing.js';
import { ownedSession, unknownSession } from './owned-session.js';
import { reporting } from './reporting.js';
import type { Sessions, SessionsDeps } from './session-use-cases.js';
import { startSession } from './start-session.js';
import { waiting } from './waiting.js';
import { UnavailableError, whenReachable } from './when-reachable.js';

// What surfaces need to name; they import it from here and nowhere deeper.
export { RefusedError, UnavailableError };
export type { Lease, Next, SessionDetail, SessionEvent, SessionFilter, SessionSummary };
export type { AppliedModel, ApplyOptions, ApplyOutcome } from '../ports/project-store.js';
export type { DecisionRequest, Sessions, SessionsDeps, Waited } from './session-use-cases.js';

export function createSessions(deps: SessionsDeps): Sessions {
  const { client, reader, outputs } = deps;
  const owned = (scope: Scope, sessionId: string) => ownedSession(reader, scope, sessionId);
  return {
    start: (scope, request, idempotencyKey) => startSession(deps, scope, request, idempotencyKey),
    ...waiting(deps),
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
      const found = await reader.events(scope, sessionId, afterRevision, limit);
      // Only of the scope's own sessions is there anything; nothing is told apart from unknown.
      if (found.length === 0) await owned(scope, sessionId);
      return found;
    },
    async output(scope, outputId) {
      const bytes = await outputs.read(scope, outputId);
      if (bytes) return bytes;
      throw new RefusedError({ code: 'not_found', message: 'no such output', fix: 'use an id from an interaction' });
    },
  };
}
