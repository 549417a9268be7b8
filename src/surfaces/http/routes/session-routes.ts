import type { SessionFilter } from '../../../api/sessions.js';
import {
  interactionList,
  type ListQuery,
  listQuery,
  rejectedList,
  sessionAnswer,
  sessionPage,
  sessionPath,
  sessionTree,
} from '../../../schemas/http-sessions.js';
import { startAnswer, startHeaders, startRequest } from '../../../schemas/http-work.js';
import { callerOf, type HttpApp, type RouteContext } from '../http-app.js';
import { answers } from '../responses.js';

const tags = ['sessions'];
const DEFAULT_PAGE = 50;
const config = { role: 'viewer', etag: true } as const;

export function sessionRoutes(app: HttpApp, context: RouteContext): void {
  startRoute(app, context);
  listRoute(app, context);
  readRoutes(app, context);
  turnRoutes(app, context);
}

function startRoute(app: HttpApp, { sessions }: RouteContext): void {
  app.post(
    '/v1/sessions',
    {
      config: { role: 'developer' },
      schema: {
        tags,
        operationId: 'startSession',
        summary: 'Starts a session',
        headers: startHeaders,
        body: startRequest,
        response: answers({ 201: startAnswer }, 413, 415, 422),
      },
    },
    async (request, reply) => {
      const { scope } = callerOf(request);
      const start = { mode: 'manual', onExhausted: 'wait', ...request.body } as const;
      const started = await sessions.start(scope, start, request.headers['idempotency-key']);
      return reply.code(201).header('location', `/v1/sessions/${started.sessionId}`).send(started);
    },
  );
}

function listRoute(app: HttpApp, { sessions }: RouteContext): void {
  app.get(
    '/v1/sessions',
    {
      config,
      schema: {
        tags,
        operationId: 'listSessions',
        summary: 'Sessions, newest first',
        querystring: listQuery,
        response: answers({ 200: sessionPage }),
      },
    },
    async (request) => {
      const { limit = DEFAULT_PAGE, cursor } = request.query;
      const page = { limit, ...(cursor === undefined ? {} : { cursor }) };
      return sessions.list(callerOf(request).scope, filterOf(request.query), page);
    },
  );
}

function filterOf({ parent, roots, limit: _limit, cursor: _cursor, ...filter }: ListQuery): SessionFilter {
  const given = Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined)) as SessionFilter;
  if (parent !== undefined) return { ...given, parentSessionId: parent };
  return roots === true ? { ...given, parentSessionId: null } : given;
}

function readRoutes(app: HttpApp, { sessions }: RouteContext): void {
  app.get(
    '/v1/sessions/:sessionId',
    {
      config,
      schema: {
        tags,
        operationId: 'getSession',
        summary: 'A session with its children',
        params: sessionPath,
        response: answers({ 200: sessionAnswer }, 404),
      },
    },
    async (request) => {
      const shown = await sessions.show(callerOf(request).scope, request.params.sessionId);
      const { interactions: _interactions, ...session } = shown;
      return session;
    },
  );
  app.get(
    '/v1/sessions/:sessionId/tree',
    {
      config,
      schema: {
        tags,
        operationId: 'getSessionTree',
        summary: 'The session, its children and theirs, parents first',
        params: sessionPath,
        response: answers({ 200: sessionTree }, 404),
      },
    },
    async (request) => ({ items: await sessions.tree(callerOf(request).scope, request.params.sessionId) }),
  );
}

function turnRoutes(app: HttpApp, { sessions }: RouteContext): void {
  app.get(
    '/v1/sessions/:sessionId/interactions',
    {
      config,
      schema: {
        tags,
        operationId: 'listInteractions',
        summary: 'Every command of the session with what came back',
        params: sessionPath,
        response: answers({ 200: interactionList }, 404),
      },
    },
    async (request) => {
      const { interactions } = await sessions.show(callerOf(request).scope, request.params.sessionId);
      return { items: interactions };
    },
  );
  app.get(
    '/v1/sessions/:sessionId/rejected',
    {
      config,
      schema: {
        tags,
        operationId: 'listRejected',
        summary: 'Results that were refused and kept: second ones and late ones',
        params: sessionPath,
        response: answers({ 200: rejectedList }, 404),
      },
    },
    async (request) => ({ items: await sessions.rejected(callerOf(request).scope, request.params.sessionId) }),
  );
}
