import {
  createdWebhook,
  webhookAnswer,
  webhookChange,
  webhookList,
  webhookPath,
  webhookRequest,
} from '../../../schemas/http-webhooks.js';
import { callerOf, type HttpApp, type RouteContext } from '../http-app.js';
import { answers, empty } from '../responses.js';
import { deliveryRoutes } from './delivery-routes.js';

const tags = ['webhooks'];
// Addresses may hold a token: not for viewers.
const readers = { role: 'developer', etag: true } as const;
const config = { role: 'admin' } as const;

export function webhookRoutes(app: HttpApp, context: RouteContext): void {
  readRoutes(app, context);
  createRoute(app, context);
  changeRoutes(app, context);
  rotateRoute(app, context);
  deliveryRoutes(app, context);
}

function readRoutes(app: HttpApp, { webhooks }: RouteContext): void {
  app.get(
    '/v1/webhooks',
    {
      config: readers,
      schema: {
        tags,
        operationId: 'listWebhooks',
        summary: 'Webhooks of the project',
        response: answers({ 200: webhookList }),
      },
    },
    async (request) => ({ items: await webhooks.list(callerOf(request).scope) }),
  );
  app.get(
    '/v1/webhooks/:webhookId',
    {
      config: readers,
      schema: {
        tags,
        operationId: 'getWebhook',
        summary: 'One webhook',
        params: webhookPath,
        response: answers({ 200: webhookAnswer }, 404),
      },
    },
    async (request) => webhooks.show(callerOf(request).scope, request.params.webhookId),
  );
}

function createRoute(app: HttpApp, { webhooks }: RouteContext): void {
  app.post(
    '/v1/webhooks',
    {
      config,
      schema: {
        tags,
        operationId: 'createWebhook',
        summary: 'Sends events of the project to an address; the answer is the only place that shows the secret',
        body: webhookRequest,
        response: answers({ 201: createdWebhook }, 409, 413, 415),
      },
    },
    async (request, reply) => {
      const made = await webhooks.create(callerOf(request).scope, request.body);
      return reply.code(201).header('location', `/v1/webhooks/${made.webhookId}`).send(made);
    },
  );
}

function changeRoutes(app: HttpApp, { webhooks }: RouteContext): void {
  app.patch(
    '/v1/webhooks/:webhookId',
    {
      config,
      schema: {
        tags,
        operationId: 'updateWebhook',
        summary: 'Changes what is given of a webhook; enabling one that failed begins anew',
        params: webhookPath,
        body: webhookChange,
        response: answers({ 200: webhookAnswer }, 404, 413, 415),
      },
    },
    async (request) => webhooks.update(callerOf(request).scope, request.params.webhookId, request.body),
  );
  app.delete(
    '/v1/webhooks/:webhookId',
    {
      config,
      schema: {
        tags,
        operationId: 'deleteWebhook',
        summary: 'Ends a webhook, with what is still to be sent to it',
        params: webhookPath,
        response: answers({ 204: empty('Deleted') }, 404),
      },
    },
    async (request, reply) => {
      await webhooks.delete(callerOf(request).scope, request.params.webhookId);
      return reply.code(204).send(null);
    },
  );
}

function rotateRoute(app: HttpApp, { webhooks }: RouteContext): void {
  app.post(
    '/v1/webhooks/:webhookId/rotate',
    {
      config,
      schema: {
        tags,
        operationId: 'rotateWebhookSecret',
        summary: 'A new secret; for 24 hours messages are signed with the one before, too',
        params: webhookPath,
        response: answers({ 200: createdWebhook }, 404, 409),
      },
    },
    async (request) => webhooks.rotate(callerOf(request).scope, request.params.webhookId),
  );
}
