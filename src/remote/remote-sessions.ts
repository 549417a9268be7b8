import type { SessionFilter, Sessions } from '../api/sessions.js';
import type { HttpClient } from '../http-client.js';
import type { ListQuery } from '../http-client/types.js';
import { withOwnErrors } from './own-errors.js';

/** As many as the API gives at once. */
const MAX_PAGE = 200;

/** The use cases on sessions of a specwright far away. Every scope is the key's: what is given for it is not looked at. */
export function remoteSessions(http: HttpClient): Sessions {
  return withOwnErrors({ ...reads(http), ...writes(http) });
}

function reads(http: HttpClient) {
  return {
    next: async (_scope, sessionId) => (await http.nextCommand(sessionId)).next,
    nextAfter: (_scope, sessionId, after, { waitMs, signal }) =>
      http.nextCommand(sessionId, { waitMs, ...(after === null ? {} : { after }) }, signal ? { signal } : {}),
    list: (_scope, filter, { limit, cursor }) =>
      http.listSessions({
        ...queryOf(filter),
        limit: Math.min(limit, MAX_PAGE),
        ...(cursor === undefined ? {} : { cursor }),
      }),
    async show(_scope, sessionId) {
      const [session, { items }] = await Promise.all([http.getSession(sessionId), http.listInteractions(sessionId)]);
      return { ...session, interactions: items };
    },
    tree: async (_scope, sessionId) => (await http.getSessionTree(sessionId)).items,
    events: async (_scope, sessionId, after, limit) => (await http.listEvents(sessionId, { after, limit })).items,
    rejected: async (_scope, sessionId) => (await http.listRejected(sessionId)).items,
    output: (_scope, outputId) => http.getOutput(outputId),
  } satisfies Partial<Sessions>;
}

function queryOf({ parentSessionId, ...same }: SessionFilter): ListQuery {
  if (parentSessionId === undefined) return same;
  return { ...same, ...(parentSessionId === null ? { roots: true } : { parent: parentSessionId }) };
}

function writes(http: HttpClient) {
  return {
    start: (_scope, request, idempotencyKey) =>
      http.startSession(request, idempotencyKey === undefined ? {} : { idempotencyKey }),
    submit: (_scope, sessionId, report) => http.submitResult(sessionId, report),
    report: async (_scope, sessionId, report) => void (await http.submitResult(sessionId, report, { durable: true })),
    decide: async (_scope, sessionId, decision) => void (await http.decide(sessionId, decision)),
    setMode: async (_scope, sessionId, mode) => void (await http.setExecutionMode(sessionId, { mode })),
    cancel: async (_scope, sessionId, reason) => void (await http.cancelSession(sessionId, { reason })),
    take: (_scope, sessionId, request) => http.takeCommand(sessionId, request),
    heartbeat: (_scope, sessionId, lease) => http.renewLease(sessionId, lease),
    release: (_scope, sessionId, lease) => http.releaseCommand(sessionId, lease),
  } satisfies Partial<Sessions>;
}
