import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Caller } from '../../api/access.js';
import { errorForLog } from '../../domain/error-for-log.js';
import { isSessionId, isUuid } from '../../domain/names.js';
import type { HttpTelemetry } from './http-telemetry.js';

type LogArgs = [given: unknown, message?: string | undefined, ...more: unknown[]];

/** The words of the workers' log. What Fastify would tell of requests, answers and errors has queries, headers and messages. */
export const LOG_FORM = {
  base: null,
  messageKey: 'message',
  timestamp: () => `,"time":"${new Date().toISOString()}"`,
  formatters: {
    level: (level: string) => ({ level }),
    log({ err, error = err, req: _req, res: _res, ...fields }: Record<string, unknown>) {
      return error === undefined ? fields : { ...fields, error: errorForLog(error) };
    },
  },
  hooks: {
    logMethod(this: unknown, args: LogArgs, method: (...args: LogArgs) => void): void {
      const [given] = args;
      const hasError = given instanceof Error || (given !== null && typeof given === 'object' && 'err' in given);
      // Without a message, and in Fastify's own lines, it would be the error's.
      method.apply(this, hasError ? [given, 'failed inside the server'] : args);
    },
  },
};

/** One line per request: ids, numbers and the route's own pattern; never a body, a key, a query or a header. */
export function logRequest(request: FastifyRequest, reply: FastifyReply): void {
  const { sessionId = startedIn(reply) } = (request.params ?? {}) as { readonly sessionId?: string };
  const { commandId } = (request.body ?? {}) as { readonly commandId?: unknown };
  request.log.info(
    {
      method: request.method,
      route: request.routeOptions.url ?? null,
      status: reply.statusCode,
      ...(reply.raw.writableFinished ? {} : { left: true }),
      durationMs: Math.round(reply.elapsedTime * 10) / 10,
      ...(sessionId !== undefined && isSessionId(sessionId) ? { sessionId } : {}),
      ...(typeof commandId === 'string' && isUuid(commandId) ? { commandId } : {}),
      ...(reply.refusalCode === null ? {} : { code: reply.refusalCode }),
      ...(request.caller ? callerIds(request.caller) : {}),
    },
    'request',
  );
}

/** The session that a start began has no place in the request. */
function startedIn(reply: FastifyReply): string | undefined {
  return /^\/v1\/sessions\/([^/]+)$/.exec(String(reply.getHeader('location')))?.[1];
}

function callerIds({ scope: { accountId, projectId }, keyId }: Caller) {
  return { accountId, projectId, keyId };
}

/** Counted by operation, never by path. A stream lasts as long as its reader likes, and says so by a gauge of its own. */
export function noteRequest(request: FastifyRequest, reply: FastifyReply, telemetry: HttpTelemetry): void {
  if (reply.refusalCode !== null) telemetry.refused('http', reply.refusalCode);
  if (reply.isEventStream) return;
  const { url, schema } = request.routeOptions;
  const operation = (schema as { readonly operationId?: string } | undefined)?.operationId ?? url ?? 'none';
  telemetry.answered(operation, reply.raw.writableFinished ? reply.raw.statusCode : 'left', reply.elapsedTime / 1_000);
}
