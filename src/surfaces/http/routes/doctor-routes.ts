import { checkList, stuckPage, stuckQuery } from '../../../schemas/http-doctor.js';
import { callerOf, type HttpApp, type RouteContext } from '../http-app.js';
import { answers } from '../responses.js';

const tags = ['doctor'];
const config = { role: 'viewer' } as const;
const DEFAULT_PAGE = 20;

export function doctorRoutes(app: HttpApp, { doctor }: RouteContext): void {
  app.get(
    '/v1/checks',
    {
      config,
      schema: {
        tags,
        operationId: 'listChecks',
        summary: 'What of the stack answers, in which version, and what is missing',
        response: answers({ 200: checkList }),
      },
    },
    async () => ({ items: await doctor.checks() }),
  );
  app.get(
    '/v1/stuck',
    {
      config,
      schema: {
        tags,
        operationId: 'listStuck',
        summary: 'Active sessions that do not go on by themselves, each with the cause and the next action',
        querystring: stuckQuery,
        response: answers({ 200: stuckPage }),
      },
    },
    async (request) => {
      const { limit = DEFAULT_PAGE, cursor } = request.query;
      return doctor.stuckAmong(callerOf(request).scope, { limit, ...(cursor === undefined ? {} : { cursor }) });
    },
  );
}
