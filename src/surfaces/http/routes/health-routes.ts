import { z } from 'zod';
import { problemAnswer } from '../responses.js';
import type { HttpApp, RouteContext } from '../http-app.js';
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
  let last: { at: number; away: Promise<readonly string[]> } | null = null;
  const away = (): Promise<readonly string[]> => {
    const now = performance.now();
    if (last === null || now - last.at >= FRESH_MS) last = { at: now, away: partsAway(health) };
    return last.away;
  };
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
