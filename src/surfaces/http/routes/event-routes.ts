import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { MAX_INTEGER } from '../../../schemas/http-common.js';
import { eventList, eventsQuery, sessionPath } from '../../../schemas/http-sessions.js';
import { endOf } from '../end-of.js';
import { streamEvents } from '../event-stream.js';
import { callerOf, type HttpApp, type RouteContext } from '../http-app.js';
import { HttpProblem } from '../problem.js';
import { answers } from '../responses.js';

const DEFAULT_LIMIT = 200;
/** Only to tell a finished session from a quiet one; a stream is the answer when nobody knows. */
const LOOK_MS = 2_000;

const response = answers(
  {
    200: {
      description: 'A page of events; or, when `Accept` has `text/event-stream`, a stream of them',
      content: { 'application/json': { schema: eventList }, 'text/event-stream': { schema: z.string() } },
    },
    204: z.null().describe('For a stream: the session is closed and there is nothing after that event'),
  },
  404,
);

export function eventRoutes(app: HttpApp, context: RouteContext): void {
  const { sessions } = context;
  app.get(
    '/v1/sessions/:sessionId/events',
    {
      config: { role: 'viewer', etag: true },
      schema: {
        tags: ['sessions'],
        operationId: 'listEvents',
        summary: 'What happened in a session, gapless by revision',
        params: sessionPath,
        querystring: eventsQuery,
        headers: z.looseObject({
          'last-event-id': z.string().max(20).exactOptional().describe('For a stream: go on after this revision'),
        }),
        response,
      },
    },
    async (request, reply) => {
      const { scope } = callerOf(request);
      const { sessionId } = request.params;
      const { after = 0, limit = DEFAULT_LIMIT } = request.query;
      if (!wantsStream(request)) {
        const items = await sessions.events(scope, sessionId, after, limit);
        return { items, cursor: items.at(-1)?.revision ?? after };
      }
      const from = lastEventId(request.headers['last-event-id']) ?? after;
      const isNews = (await sessions.events(scope, sessionId, from, 1)).length > 0;
      if (!isNews && (await isClosed(context, request, sessionId))) return reply.code(204).send(null);
      await stream(context, request, reply, sessionId, from);
      return reply;
    },
  );
}

function wantsStream({ headers }: Pick<FastifyRequest, 'headers'>): boolean {
  return (headers.accept ?? '').split(',').some((one) => one.split(';')[0]?.trim() === 'text/event-stream');
}

function lastEventId(text: string | undefined): number | null {
  if (text === undefined || text === '') return null;
  if (/^\d{1,15}$/.test(text)) return Math.min(Number(text), MAX_INTEGER);
  throw new HttpProblem('invalid_request', { field: 'Last-Event-ID', detail: 'Last-Event-ID is not a revision' });
}

async function isClosed({ watch }: RouteContext, request: FastifyRequestLike, sessionId: string): Promise<boolean> {
  const standing = await watch.past(callerOf(request).scope, sessionId, -1, AbortSignal.timeout(LOOK_MS));
  return standing !== null && standing.status !== 'active';
}
type FastifyRequestLike = Parameters<typeof callerOf>[0];

async function stream(
  { watch, stopping, watchKey, streamTimes, telemetry }: RouteContext,
  request: FastifyRequestLike & Pick<FastifyRequest, 'headers' | 'log'>,
  reply: Pick<FastifyReply, 'hijack' | 'getHeaders' | 'raw' | 'isEventStream'>,
  sessionId: string,
  from: number,
): Promise<void> {
  const { scope } = callerOf(request);
  const ended = new AbortController();
  const key = watchKey(request.headers.authorization ?? '');
  const gone = endOf(reply.raw);
  const onStop = (): void => ended.abort('the server stops; connect again');
  key.signal.addEventListener('abort', () => ended.abort('the key is no longer valid'));
  gone.addEventListener('abort', () => ended.abort('gone'));
  stopping.addEventListener('abort', onStop);
  if (stopping.aborted) onStop();
  reply.hijack();
  reply.isEventStream = true;
  const left = telemetry.reading();
  for (const [name, value] of Object.entries(reply.getHeaders()))
    if (value !== undefined) reply.raw.setHeader(name, value);
  reply.raw.writeHead(200, { 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' });
  try {
    const source = { watch, scope, sessionId, times: streamTimes, ended: ended.signal };
    await streamEvents(source, from, reply.raw);
  } catch (error) {
    // The reader comes back with its last event and is told then what is wrong.
    request.log.warn({ sessionId, error }, 'an event stream broke off');
    reply.raw.destroy();
  } finally {
    key.release();
    left();
    stopping.removeEventListener('abort', onStop);
  }
}
