import { z } from 'zod';
import { problemAnswer } from '../responses.js';
import type { HttpApp, RouteContext } from '../http-app.js';
import { keptFor } from '../kept-for.js';
import { HttpProblem } from '../problem.js';

const tags = ['health'];

/** Asked by probes without a key: what they cost is bounded by asking the servers once a second. */
const FRESH_MS = 1_000;

export function healthRoutes(app: HttpApp, { health }: RouteContext): void {
  app.get(
    '/healthz',
    {
      config: { role: 'public' },
      schema: {
        tags,
        operationId: 'isAlive',
        summary: 'The process lives',
        response: { 200: z.object({ status: z.literal('ok') }) },
      },
    },
    async () => ({ status: 'ok' as const }),
  );
  const away = keptFor(FRESH_MS, () => partsAway(health));
  app.get(
    '/readyz',
    {
      config: { role: 'public' },
      schema: {
        tags,
        operationId: 'isReady',
        summary: 'Postgres and Temporal answer',
        response: { 200: z.object({ status: z.literal('ready') }), 503: problemAnswer(503) },
      },
    },
    async () => {
      const missing = await away();
      if (missing.length === 0) return { status: 'ready' as const };
      throw new HttpProblem('unavailable', { retryAfter: 2, detail: `${missing.join(' and ')} does not answer` });
    },
  );
}

async function partsAway(health: RouteContext['health']): Promise<readonly string[]> {
  const [postgres, temporal] = await Promise.all([health.postgres(), health.temporal()]);
  return [...(postgres ? [] : ['Postgres']), ...(temporal ? [] : ['Temporal'])];
}
