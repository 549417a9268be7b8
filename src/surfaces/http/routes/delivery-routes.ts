import {
  deliveriesQuery,
  deliveryAnswer,
  deliveryPage,
  deliveryPath,
  webhookPath,
} from '../../../schemas/http-webhooks.js';
import { callerOf, type HttpApp, type RouteContext } from '../http-app.js';
import { answers } from '../responses.js';

const tags = ['webhooks'];
const readers = { role: 'developer', etag: true } as const;
const config = { role: 'admin' } as const;
const DEFAULT_PAGE = 50;

export function deliveryRoutes(app: HttpApp, context: RouteContext): void {
  listRoute(app, context);
  oneRoute(app, context);
  sendRoutes(app, context);
}

function listRoute(app: HttpApp, { webhooks }: RouteContext): void {
  app.get(
    '/v1/webhooks/:webhookId/deliveries',
    {
      config: readers,
      schema: {
        tags,
        operationId: 'listDeliveries',
        summary: 'What was sent to a webhook and what is to be, newest first',
        params: webhookPath,
        querystring: deliveriesQuery,
        response: answers({ 200: deliveryPage }, 404),
      },
    },
    async (request) => {
      const { status, limit = DEFAULT_PAGE, cursor } = request.query;
      const page = { limit, ...(cursor === undefined ? {} : { cursor }) };
      const filter = status === undefined ? {} : { status };
      return webhooks.deliveries(callerOf(request).scope, request.params.webhookId, filter, page);
    },
  );
}

function oneRoute(app: HttpApp, { webhooks }: RouteContext): void {
  app.get(
    '/v1/webhooks/:webhookId/deliveries/:deliveryId',
    {
      config: readers,
      schema: {
        tags,
        operationId: 'getDelivery',
        summary: 'One delivery with every try of it',
        params: deliveryPath,
        response: answers({ 200: deliveryAnswer }, 404),
      },
    },
    async (request) => {
      const { webhookId, deliveryId } = request.params;
      return webhooks.delivery(callerOf(request).scope, webhookId, deliveryId);
    },
  );
}

function sendRoutes(app: HttpApp, { webhooks }: RouteContext): void {
  app.post(
    '/v1/webhooks/:webhookId/ping',
    {
      config,
      schema: {
        tags,
        operationId: 'pingWebhook',
        summary: 'Sends a message of the type `ping`; the delivery tells what came of it',
        params: webhookPath,
        response: answers({ 202: deliveryAnswer }, 404, 409),
      },
    },
    async (request, reply) => {
      const delivery = await webhooks.ping(callerOf(request).scope, request.params.webhookId);
      return reply.code(202).send(delivery);
    },
  );
  app.post(
    '/v1/webhooks/:webhookId/deliveries/:deliveryId/replay',
    {
      config,
      schema: {
        tags,
        operationId: 'replayDelivery',
        summary: 'Sends the same message with the same id again, with all its tries',
        params: deliveryPath,
        response: answers({ 202: deliveryAnswer }, 404, 409),
      },
    },
    async (request, reply) => {
      const { webhookId, deliveryId } = request.params;
      const delivery = await webhooks.replay(callerOf(request).scope, webhookId, deliveryId);
      return reply.code(202).send(delivery);
    },
  );
}
