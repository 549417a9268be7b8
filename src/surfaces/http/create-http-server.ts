import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import type { Socket } from 'node:net';
import { Writable } from 'node:stream';
import { fastify, type FastifyInstance, type FastifyReply, type FastifyRequest, LogController } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { mayAct } from '../../domain/access.js';
import { mcpRoute } from '../mcp/mcp-route.js';
import { createAuthenticator } from './authenticate.js';
import { etagOf, isKnown } from './etag.js';
import type { StreamTimes } from './event-stream.js';
import type { HttpApp, HttpDeps, RouteContext } from './http-app.js';
import { type HttpTelemetry, NO_TELEMETRY } from './http-telemetry.js';
import { createKeyWatch } from './key-watch.js';
import { documentRoutes, describeRoutes } from './openapi.js';
import { HttpProblem, problemOf } from './problem.js';
import { createRateLimiter, type RateLimit } from './rate-limit.js';
import { readJson } from './read-json.js';
import { LOG_FORM, logRequest, noteRequest } from './request-log.js';
import { accessRoutes } from './routes/access-routes.js';
import { commandRoutes } from './routes/command-routes.js';
import { controlRoutes } from './routes/control-routes.js';
import { doctorRoutes } from './routes/doctor-routes.js';
import { eventRoutes } from './routes/event-routes.js';
import { healthRoutes } from './routes/health-routes.js';
import { outputRoutes } from './routes/output-routes.js';
import { projectRoutes } from './routes/project-routes.js';
import { sessionRoutes } from './routes/session-routes.js';
import { webhookRoutes } from './routes/webhook-routes.js';
import { SECURITY_HEADERS } from './security-headers.js';
import { validatorCompiler } from './validate.js';

/** Everything that is answered without a key; a route that is not here needs one. */
export const PUBLIC_ROUTES: readonly string[] = ['/healthz', '/readyz', '/v1/openapi.json', '/v1/docs'];

const MAX_BODY_BYTES = 1024 * 1024;
/** Session ids have up to 128 characters. */
const MAX_PARAM_LENGTH = 200;
/** For sending a whole request. */
const REQUEST_TIMEOUT_MS = 30_000;
const RATE_LIMIT: RateLimit = { perSecond: 50, burst: 200 };
const STREAM_TIMES: StreamTimes = { heartbeatMs: 15_000, drainMs: 10_000 };

export interface HttpOptions {
  /** Lines of JSON; none without it. */
  readonly log?: { readonly level: string; write(line: string): void };
  /** Per key. Default 50 requests a second, 200 at once. */
  readonly rateLimit?: RateLimit;
  readonly streamTimes?: StreamTimes;
  readonly telemetry?: HttpTelemetry | undefined;
}

/** The HTTP API, not yet listening. `close()` lets running requests end and ends event streams. */
export async function createHttpServer(deps: HttpDeps, options: HttpOptions = {}): Promise<FastifyInstance> {
  const app = newFastify(options);
  const stopping = new AbortController();
  // Every open stream listens.
  setMaxListeners(0, stopping.signal);
  const authenticate = createAuthenticator(deps.access);
  const telemetry = options.telemetry ?? NO_TELEMETRY;
  const context: RouteContext = {
    ...deps,
    stopping: stopping.signal,
    watchKey: createKeyWatch(deps.access),
    streamTimes: options.streamTimes ?? STREAM_TIMES,
    telemetry,
  };
  app.setValidatorCompiler(validatorCompiler);
  // Answers are made of typed values, and the tests hold every one against the document.
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  readJson(app);
  answerProblems(app);
  app.decorateReply('refusalCode', null).decorateReply('isEventStream', false);
  app.decorateRequest('caller', null);
  app.addHook('onRequest', async (request, reply) => {
    reply.headers({ ...SECURITY_HEADERS, 'x-request-id': request.id });
    // Not onResponse: a client that goes away first is to be seen too.
    reply.raw.once('close', () => {
      logRequest(request, reply);
      noteRequest(request, reply, telemetry);
    });
  });
  guardRoutes(app, authenticate, options.rateLimit ?? RATE_LIMIT);
  tagAnswers(app);
  app.addHook('preClose', async () => stopping.abort());
  // A connection that stays open after its last answer would hold the server up.
  app.addHook('onSend', async (_request, reply) => {
    if (stopping.signal.aborted) reply.header('connection', 'close');
  });
  await describeRoutes(app);
  addRoutes(app.withTypeProvider<ZodTypeProvider>(), context);
  await app.ready();
  return app;
}

function addRoutes(app: HttpApp, context: RouteContext): void {
  healthRoutes(app, context);
  accessRoutes(app, context);
  projectRoutes(app, context);
  sessionRoutes(app, context);
  commandRoutes(app, context);
  controlRoutes(app, context);
  eventRoutes(app, context);
  outputRoutes(app, context);
  webhookRoutes(app, context);
  doctorRoutes(app, context);
  mcpRoute(app, context);
  documentRoutes(app);
}

function newFastify({ log }: HttpOptions): FastifyInstance {
  const stream = new Writable({
    decodeStrings: false,
    write(line: string, _encoding, done) {
      log?.write(line);
      done();
    },
  });
  return fastify({
    logger: log ? { level: log.level, stream, ...LOG_FORM } : false,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    genReqId: ({ headers }) => {
      const given = headers['x-request-id'];
      return typeof given === 'string' && /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/.test(given) ? given : randomUUID();
    },
    bodyLimit: MAX_BODY_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    exposeHeadRoutes: false,
    // Requests that are on their way when the server stops are answered as ever, and their connections closed.
    return503OnClosing: false,
    // For paths that no route is looked up for; no hook has run.
    frameworkErrors: (error, request, reply) => {
      reply.headers({ ...SECURITY_HEADERS, 'x-request-id': request.id });
      void sendProblem(error, request, reply);
    },
    clientErrorHandler: refuseGarbage,
  });
}

/** Bytes that are no HTTP: there is no request to answer, only a connection to end. */
function refuseGarbage(_error: Error, socket: Socket): void {
  const { body } = problemOf(new HttpProblem('invalid_request', { detail: 'this is not HTTP' }), randomUUID());
  const text = JSON.stringify(body);
  const head = 'HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Type: application/problem+json';
  if (socket.writable) socket.write(`${head}\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
  socket.destroySoon();
}

function answerProblems(app: FastifyInstance): void {
  app.setErrorHandler(sendProblem);
  const routes: { readonly method: string; readonly matches: RegExp }[] = [];
  app.addHook('onRoute', ({ url, method }) => {
    const matches = new RegExp(`^${url.replaceAll('.', '\\.').replace(/:\w+/g, '[^/]+')}$`);
    for (const one of [method].flat()) routes.push({ method: one, matches });
  });
  app.setNotFoundHandler((request, reply) => {
    const [path = ''] = request.url.split('?');
    const others = routes.filter(({ matches }) => matches.test(path)).map(({ method }) => method);
    const problem =
      others.length === 0
        ? new HttpProblem('route_not_found')
        : new HttpProblem('method_not_allowed', { allow: others.join(', ') });
    return sendProblem(problem, request, reply);
  });
}

function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { body, headers, isInternal } = problemOf(error, request.id);
  if (isInternal) request.log.error({ error }, 'request failed');
  reply.refusalCode = body.code;
  return reply.code(body.status).headers(headers).type('application/problem+json').send(body);
}

function guardRoutes(
  app: FastifyInstance,
  authenticate: ReturnType<typeof createAuthenticator>,
  rate: RateLimit,
): void {
  const limit = createRateLimiter(rate);
  app.addHook('onRoute', ({ url, config }) => {
    const isPublic = PUBLIC_ROUTES.includes(url);
    if (config?.role === undefined || (config.role === 'public') !== isPublic) {
      throw new Error(`${url} has to say who may use it, and only ${PUBLIC_ROUTES.join(', ')} are public`);
    }
  });
  app.addHook('onRequest', async (request) => {
    // Undefined for a path without a route: what is there and what is not is told to nobody without a key.
    const { role } = request.routeOptions.config;
    if (role === 'public') return;
    const caller = await authenticate(request.headers);
    if (caller === null) throw new HttpProblem('unauthorized');
    request.caller = caller;
    const retryAfter = limit(caller.keyId);
    if (retryAfter > 0) throw new HttpProblem('rate_limited', { retryAfter });
    if (role !== undefined && !mayAct(caller.role, role)) {
      throw new HttpProblem('forbidden', { detail: `a ${caller.role} may not do that; it needs a ${role}` });
    }
  });
}

function tagAnswers(app: FastifyInstance): void {
  app.addHook('onSend', async (request, reply, payload) => {
    const isText = typeof payload === 'string' || payload instanceof Uint8Array;
    if (request.routeOptions.config.etag !== true || reply.statusCode !== 200 || !isText) return payload;
    const etag = etagOf(payload);
    // Events are a stream to whoever accepts one.
    reply.headers({ etag, 'cache-control': 'private, no-cache', vary: 'Authorization, Accept' });
    if (!isKnown(etag, request.headers['if-none-match'])) return payload;
    reply.code(304).removeHeader('content-type');
    return null;
  });
}
