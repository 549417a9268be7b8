import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { ownProblem, ProblemError } from './problem-error.js';
import { brokenOff, newId, path, type Transport } from './transport.js';
import type { SessionEvent } from './types.js';
import { backoffMs, sleep } from './within.js';

export interface EventsOptions {
  /** Events after this revision; from the first on when not given. */
  readonly after?: number;
  readonly signal?: AbortSignal;
  /** How long the server may be away before that is told. Default 60,000; Infinity: for ever. */
  readonly deadlineMs?: number;
  /** A stream that says nothing for so long is taken for dead. Default 45,000: the server beats every 15 s. */
  readonly silenceMs?: number;
}

/** Of one event; more is held for no stream. */
const MAX_EVENT_CHARS = 4 * 1024 * 1024;

/** How far a reader has come. */
interface Place {
  revision: number;
  /** Connections in a row without an event. */
  failures: number;
  /** As the server asks for between two connections. */
  retryMs: number;
}

/**
 * The events of a session, each once and in order, as they happen; goes on after the last one when the connection breaks.
 * Ends when the session is closed and all was given. Throws when it cannot go on: a {@link ProblemError} with status 401 when
 * the key was revoked, 404 for a session that is not the key's, the last failure when the server is away for too long.
 * Nothing is read ahead: a slow reader makes the server wait, and after a while connect again.
 */
export async function* sessionEvents(
  transport: Transport,
  sessionId: string,
  { after = 0, signal, deadlineMs = 60_000, silenceMs = 45_000 }: EventsOptions = {},
): AsyncGenerator<SessionEvent, void, undefined> {
  const place: Place = { revision: after, failures: 0, retryMs: 0 };
  const requestId = newId();
  let lostSince: number | null = null;
  for (;;) {
    signal?.throwIfAborted();
    const connection = new AbortController();
    const follow = (): void => connection.abort(signal?.reason);
    signal?.addEventListener('abort', follow);
    let problem: ProblemError | null = null;
    try {
      const response = await open(transport, sessionId, place.revision, requestId, connection.signal);
      if (response.status === 204) return;
      lostSince = null;
      if (yield* eventsOf(response, place, silenceMs, requestId, connection)) return;
    } catch (error) {
      if (signal?.aborted === true) throw signal.reason;
      if (!(error instanceof ProblemError && error.isTransient)) throw error;
      problem = error;
    } finally {
      signal?.removeEventListener('abort', follow);
      connection.abort();
    }
    place.failures += 1;
    lostSince ??= performance.now();
    const pauseMs = Math.max(backoffMs(place.failures), place.retryMs, problem?.retryAfterMs ?? 0);
    if (problem !== null && performance.now() + pauseMs - lostSince >= deadlineMs) throw problem;
    await sleep(pauseMs, signal);
  }
}

function open(transport: Transport, sessionId: string, after: number, requestId: string, signal: AbortSignal) {
  const headers = { accept: 'text/event-stream', 'last-event-id': String(after) };
  return transport({ path: path`/v1/sessions/${sessionId}/events`, headers }, requestId, signal);
}

/** Gives what one connection brings; true when that was all there will ever be. */
async function* eventsOf(
  response: Response,
  place: Place,
  silenceMs: number,
  requestId: string,
  connection: AbortController,
): AsyncGenerator<SessionEvent, boolean, undefined> {
  const reader = ((response.body ?? new Blob([]).stream()) as ReadableStream<Uint8Array>).getReader();
  const [decoder, arrived] = [new TextDecoder(), [] as EventSourceMessage[]];
  let isTooLarge = false;
  const parser = createParser({
    maxBufferSize: MAX_EVENT_CHARS,
    onEvent: (message) => void arrived.push(message),
    onRetry: (ms) => void (place.retryMs = ms),
    onError: ({ type }) => void (isTooLarge ||= type === 'max-buffer-size-exceeded'),
  });
  for (;;) {
    const silent = () => connection.abort(ownProblem({ ...SILENT, requestId }));
    const timer = setTimeout(silent, silenceMs);
    const { done, value } = await reader
      .read()
      .catch((error: unknown) => brokenOff(connection.signal.reason ?? error, requestId))
      .finally(() => clearTimeout(timer));
    if (done) return false;
    parser.feed(decoder.decode(value, { stream: true }));
    for (const { id, event, data } of arrived.splice(0)) {
      if (id === undefined && event === 'end') return true;
      const happened = JSON.parse(data) as SessionEvent;
      if (happened.revision <= place.revision) continue;
      place.revision = happened.revision;
      place.failures = 0;
      yield happened;
    }
    if (isTooLarge) throw ownProblem({ ...TOO_LARGE, requestId });
  }
}

const SILENT = { code: 'unreachable', status: 0, detail: 'the stream of events fell silent' } as const;
const TOO_LARGE = {
  code: 'event_too_large',
  status: 200,
  detail: `an event of more than ${MAX_EVENT_CHARS} characters`,
} as const;
