import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { isSessionId } from '../../domain/names.js';
import type { HttpTelemetry } from './http-telemetry.js';

/** One line per request: ids, numbers and the route's own pattern; never a body, a key, a query or a header. */
export function logRequest(request: FastifyRequest, reply: FastifyReply): void {
  const { sessionId } = (request.params ?? {}) as { readonly sessionId?: string };
  request.log.info(
    {
      method: request.method,
      route: request.routeOptions.url ?? null,
      status: reply.statusCode,
      ...(reply.raw.writableFinished ? {} : { left: true }),
      durationMs: Math.round(reply.elapsedTime * 10) / 10,
      ...(sessionId !== undefined && isSessionId(sessionId) ? { sessionId } : {}),
      ...(request.caller ? { keyId: request.caller.keyId } : {}),
    },
    'request',
  );
}

/** Counted by operation, never by path. A stream lasts as long as its reader likes, and says so by a gauge of its own. */
export function noteRequest(request: FastifyRequest, reply: FastifyReply, telemetry: HttpTelemetry): void {
  if (reply.refusalCode !== null) telemetry.refused('http', reply.refusalCode);
  if (reply.isEventStream) return;
  const { url, schema } = request.routeOptions;
  const operation = (schema as { readonly operationId?: string } | undefined)?.operationId ?? url ?? 'none';
  telemetry.answered(operation, reply.raw.writableFinished ? reply.raw.statusCode : 'left', reply.elapsedTime / 1_000);
}

const MAX_MESSAGE = 300;

/** What may be logged of an unexpected error: Postgres puts values of rows into messages and details. */
export function loggable(error: unknown): object {
  if (!(error instanceof Error)) return { kind: typeof error };
  const { code, severity, constraint, table } = error as Partial<FastifyError> & Record<string, unknown>;
  const message = severity === undefined ? { message: error.message.slice(0, MAX_MESSAGE) } : { constraint, table };
  const frames = error.stack?.split('\n').filter((line) => /^\s+at /.test(line));
  return { name: error.name, code, ...message, at: frames?.slice(0, 12).map((frame) => frame.trim()) };
}
