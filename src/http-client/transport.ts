import { ownProblem, ProblemError, problemOf } from './problem-error.js';

export interface HttpClientOptions {
  /** Where the API is, as `specwright up` prints it; a path in front of `/v1` is kept. */
  readonly url: string;
  /** An API key, `sw_…`. It says which account and project everything is about. */
  readonly key: string;
  /** In place of the platform's own. */
  readonly fetch?: typeof fetch;
  /** How long a call may take with all its repetitions, in milliseconds. Default 60,000. */
  readonly deadlineMs?: number;
}

/** One request of an operation. */
export interface ApiRequest {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Made with {@link path}. */
  readonly path: string;
  readonly query?: object | undefined;
  /** JSON, or bytes as they are. */
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends a request once. Rejects with a {@link ProblemError} unless the answer is 2xx, which is whole up to its head. */
export type Transport = (request: ApiRequest, requestId: string, signal: AbortSignal) => Promise<Response>;

/** An answer has to begin by then; the longest that the server itself waits is 20 s. */
const HEAD_WITHIN_MS = 30_000;

export function createTransport({ url, key, fetch: given }: HttpClientOptions): Transport {
  const base = baseOf(url);
  if (!/^[\x21-\x7e]+$/.test(key)) throw new TypeError('key has to be an API key, sw_…');
  // Looked up when it is called: tests and tracing replace it.
  const send: typeof fetch = (...args) => (given ?? globalThis.fetch)(...args);
  return async ({ method = 'GET', path: where, query = {}, body, headers = {} }, requestId, signal) => {
    const head = new Headers({ authorization: `Bearer ${key}`, 'x-request-id': requestId, ...headers });
    // A URL takes such parts for another path, however they are written.
    if (/\/\.{0,2}(\/|$)/.test(where)) throw new TypeError(`an id is empty, or dots alone, in ${where}`);
    const isBytes = body instanceof Uint8Array;
    if (body !== undefined) head.set('content-type', isBytes ? 'application/octet-stream' : 'application/json');
    const init = {
      method,
      headers: head,
      // Nothing here redirects, and a key is not to be taken elsewhere.
      redirect: 'manual' as const,
      ...(body === undefined ? {} : { body: isBytes ? (body as Uint8Array<ArrayBuffer>) : JSON.stringify(body) }),
    };
    const attempt = new AbortController();
    // Listens as long as the body is read: the signal is this call's own.
    const follow = (): void => attempt.abort(signal.reason);
    signal.addEventListener('abort', follow, { once: true });
    if (signal.aborted) follow();
    const late = () => ownProblem({ code: 'unreachable', status: 0, detail: 'no answer began in time', requestId });
    const timer = setTimeout(() => attempt.abort(late()), HEAD_WITHIN_MS);
    const response = await send(`${base}${where}${queryOf(query)}`, { ...init, signal: attempt.signal })
      .catch((error: unknown) => brokenOff(error, requestId))
      .finally(() => clearTimeout(timer));
    if (response.ok) return response;
    throw await problemOf(response, requestId);
  };
}

/** The connection failed, before or within the answer. */
export function brokenOff(cause: unknown, requestId: string): never {
  if (cause instanceof ProblemError) throw cause;
  throw ownProblem({ code: 'unreachable', status: 0, detail: 'specwright cannot be reached', requestId, cause });
}

function baseOf(url: string): string {
  const { protocol, origin, pathname } = new URL(url);
  if (!['http:', 'https:'].includes(protocol)) throw new TypeError(`url has to begin with http:// or https://: ${url}`);
  return origin + pathname.replace(/\/+$/, '');
}

function queryOf(query: object): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  const text = new URLSearchParams(given.map(([name, value]): [string, string] => [name, String(value)]));
  return given.length === 0 ? '' : `?${text.toString()}`;
}

/** A path with ids in it, each as one part of it. */
export function path(parts: TemplateStringsArray, ...ids: readonly string[]): string {
  return String.raw({ raw: parts }, ...ids.map(encodeURIComponent));
}

/** Enough to tell any two apart; also where `crypto.randomUUID` is not (pages without https). */
export function newId(): string {
  const bytes = globalThis.crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
