import { checkList, stuckPage, stuckQuery } from '../../../schemas/http-doctor.js';
import { callerOf, type HttpApp, type RouteContext } from '../http-app.js';
import { keptFor } from '../kept-for.js';
import { HttpProblem } from '../problem.js';
import { answers } from '../responses.js';

const tags = ['doctor'];
const config = { role: 'viewer', etag: true } as const;
const DEFAULT_PAGE = 20;
/** A look asks Temporal and session workers, which all projects share: one of a project at a time. */
const AGAIN_AFTER_S = 2;
/** The checks are the same for everybody. */
const FRESH_MS = 1_000;

export function doctorRoutes(app: HttpApp, { doctor }: RouteContext): void {
  const checks = keptFor(FRESH_MS, () => doctor.checks());
  const looking = new Set<string>();
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
    async () => ({ items: await checks() }),
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
      const { scope } = callerOf(request);
      const project = `${scope.accountId}/${scope.projectId}`;
      if (looking.has(project)) throw new HttpProblem('rate_limited', { retryAfter: AGAIN_AFTER_S });
      looking.add(project);
      const look = doctor.stuckAmong(scope, { limit, ...(cursor === undefined ? {} : { cursor }) });
      return look.finally(() => looking.delete(project));
    },
  );
}
