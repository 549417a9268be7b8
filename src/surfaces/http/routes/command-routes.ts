import { commandQuery, reportAnswer, sessionPath, waitedAnswer } from '../../../schemas/http-sessions.js';
import {
  durableAnswer,
  heartbeatRequest,
  leaseAnswer,
  releaseQuery,
  resultsQuery,
  takeRequest,
} from '../../../schemas/http-work.js';
import { reportSchema } from '../../../schemas/messages.js';
import { callerOf, type HttpApp, type RouteContext } from '../http-app.js';
import { answers, empty } from '../responses.js';
import { endOf } from '../end-of.js';

const tags = ['commands'];
const config = { role: 'developer' } as const;
const LEASE = '/v1/sessions/:sessionId/lease';

/** Taking commands and reporting what came of them. */
export function commandRoutes(app: HttpApp, context: RouteContext): void {
  nextRoute(app, context);
  leaseRoutes(app, context);
  releaseRoute(app, context);
  resultRoute(app, context);
}

function nextRoute(app: HttpApp, { sessions, stopping }: RouteContext): void {
  app.get(
    '/v1/sessions/:sessionId/command',
    {
      config: { role: 'viewer', etag: true },
      schema: {
        tags,
        operationId: 'nextCommand',
        summary: 'The open command, or what is waited for; waits for a change when asked to, and advances nothing',
        params: sessionPath,
        querystring: commandQuery,
        response: answers({ 200: waitedAnswer }, 404),
      },
    },
    async (request, reply) => {
      const { after = null, waitMs = 0 } = request.query;
      const wait = waitMs > 0 ? { waitMs, signal: AbortSignal.any([stopping, endOf(reply.raw)]) } : { waitMs };
      return sessions.nextAfter(callerOf(request).scope, request.params.sessionId, after, wait);
    },
  );
}

function leaseRoutes(app: HttpApp, { sessions }: RouteContext): void {
  app.post(
    LEASE,
    {
      config,
      schema: {
        tags,
        operationId: 'takeCommand',
        summary: 'Takes the open command, so that nobody else works on it',
        params: sessionPath,
        body: takeRequest,
        response: answers({ 200: leaseAnswer }, 404, 409, 413, 415),
      },
    },
    async (request) => sessions.take(callerOf(request).scope, request.params.sessionId, request.body),
  );
  app.put(
    LEASE,
    {
      config,
      schema: {
        tags,
        operationId: 'renewLease',
        summary: 'Keeps the command',
        params: sessionPath,
        body: heartbeatRequest,
        response: answers({ 200: leaseAnswer }, 404, 409, 413, 415),
      },
    },
    async (request) => sessions.heartbeat(callerOf(request).scope, request.params.sessionId, request.body),
  );
}

function releaseRoute(app: HttpApp, { sessions }: RouteContext): void {
  app.delete(
    LEASE,
    {
      config,
      schema: {
        tags,
        operationId: 'releaseCommand',
        summary: 'Gives the command back; repeating it changes nothing',
        params: sessionPath,
        querystring: releaseQuery,
        response: answers({ 204: empty('Released') }, 404),
      },
    },
    async (request, reply) => {
      await sessions.release(callerOf(request).scope, request.params.sessionId, request.query);
      return reply.code(204).send(null);
    },
  );
}

function resultRoute(app: HttpApp, { sessions }: RouteContext): void {
  app.post(
    '/v1/sessions/:sessionId/results',
    {
      config,
      schema: {
        tags,
        operationId: 'submitResult',
        summary: 'Reports a result and answers the verdict; the same report again gets the first answer',
        description:
          '202: it is durable and will be applied, but nobody judged it yet, or nobody was to wait for that.',
        params: sessionPath,
        querystring: resultsQuery,
        body: reportSchema,
        response: answers({ 200: reportAnswer, 202: durableAnswer }, 404, 409, 413, 415),
      },
    },
    async (request, reply) => {
      const { scope } = callerOf(request);
      const { sessionId } = request.params;
      if (request.query.durable === true) {
        await sessions.report(scope, sessionId, request.body);
        return reply.code(202).send({ durable: true });
      }
      const answer = await sessions.submit(scope, sessionId, request.body);
      return 'durable' in answer ? reply.code(202).send(answer) : reply.code(200).send(answer);
    },
  );
}
