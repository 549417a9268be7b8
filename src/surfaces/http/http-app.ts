import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Access, Caller } from '../../api/access.js';
import type { Doctor } from '../../api/doctor.js';
import type { Projects } from '../../api/projects.js';
import type { Sessions } from '../../api/sessions.js';
import type { Uploads } from '../../api/uploads.js';
import type { SessionWatch } from '../../api/watch-sessions.js';
import type { Webhooks } from '../../api/webhooks.js';
import type { Role } from '../../domain/access.js';
import type { StreamTimes } from './event-stream.js';
import type { HttpTelemetry } from './http-telemetry.js';

/** What the composition root hands in. */
export interface HttpDeps {
  readonly sessions: Sessions;
  readonly access: Access;
  readonly projects: Projects;
  readonly uploads: Uploads;
  readonly webhooks: Webhooks;
  readonly health: Health;
  readonly doctor: Pick<Doctor, 'checks' | 'stuckAmong'>;
  readonly watch: SessionWatch;
}

/** Whether the servers behind answer. */
export interface Health {
  postgres(): Promise<boolean>;
  temporal(): Promise<boolean>;
}

export type HttpApp = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>;

/** What every route is given besides the use cases. */
export interface RouteContext extends HttpDeps {
  /** Aborted when the server is to stop: whoever waits answers now. */
  readonly stopping: AbortSignal;
  /** Its signal ends with the key of that Authorization header. */
  watchKey(authorization: string): { readonly signal: AbortSignal; release(): void };
  readonly streamTimes: StreamTimes;
  readonly telemetry: HttpTelemetry;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Who may use the route; every route says it. `public` ones are on one exact list. */
    readonly role?: Role | 'public';
    /** The answer has an ETag, and If-None-Match is looked at. */
    readonly etag?: true;
  }
  interface FastifyRequest {
    /** Set for every route that is not public, before the handler runs. */
    caller: Caller | null;
  }
  interface FastifyReply {
    /** The code of the problem that was answered. */
    refusalCode: string | null;
    isEventStream: boolean;
  }
}

/** The caller of a route that is not public. */
export function callerOf(request: { readonly caller: Caller | null }): Caller {
  if (request.caller === null) throw new Error('a route without a role asked who calls');
  return request.caller;
}
