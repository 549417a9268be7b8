import { sessionPath } from '../../../schemas/http-sessions.js';
import { cancelAnswer, cancelRequest, decisionAnswer, decisionRequest, modeBody } from '../../../schemas/http-work.js';
import { callerOf, type HttpApp, type RouteContext } from '../http-app.js';
import { answers } from '../responses.js';

const tags = ['sessions'];
const config = { role: 'developer' } as const;

/** What people decide about sessions. */
export function controlRoutes(app: HttpApp, context: RouteContext): void {
  decisionRoute(app, context);
  modeRoute(app, context);
  cancelRoute(app, context);
}

function decisionRoute(app: HttpApp, { sessions }: RouteContext): void {
  app.post(
    '/v1/sessions/:sessionId/decision',
    {
      config,
      schema: {
        tags,
        operationId: 'decide',
        summary: 'Decides about a session that waits for a decision',
        params: sessionPath,
        body: decisionRequest,
        response: answers({ 200: decisionAnswer }, 404, 409, 413, 415),
      },
    },
    async (request) => {
      await sessions.decide(callerOf(request).scope, request.params.sessionId, request.body);
      return { accepted: true as const };
    },
  );
}

function modeRoute(app: HttpApp, { sessions }: RouteContext): void {
  app.put(
    '/v1/sessions/:sessionId/mode',
    {
      config,
      schema: {
        tags,
        operationId: 'setExecutionMode',
        summary: 'Who runs the next commands; an open command stays valid',
        params: sessionPath,
        body: modeBody,
        response: answers({ 200: modeBody }, 404, 409, 413, 415),
      },
    },
    async (request) => {
      await sessions.setMode(callerOf(request).scope, request.params.sessionId, request.body.mode);
      return request.body;
    },
  );
}

function cancelRoute(app: HttpApp, { sessions }: RouteContext): void {
  app.post(
    '/v1/sessions/:sessionId/cancel',
    {
      config,
      schema: {
        tags,
        operationId: 'cancelSession',
        summary: 'Asks for the end of a session, its children and their running commands',
        params: sessionPath,
        body: cancelRequest,
        response: answers({ 202: cancelAnswer }, 404, 409, 413, 415),
      },
    },
    async (request, reply) => {
      await sessions.cancel(callerOf(request).scope, request.params.sessionId, request.body.reason);
      return reply.code(202).send({ requested: true });
    },
  );
}
