import { createCall, type CallOptions } from './http-client/call.js';
import { operations, type Operations } from './http-client/operations.js';
import { sessionEvents, type EventsOptions } from './http-client/session-events.js';
import { createTransport, type HttpClientOptions } from './http-client/transport.js';
import type { OutputRef, SessionEvent } from './http-client/types.js';
import { uploadOutput, type OutputToUpload } from './http-client/upload-output.js';

export { ProblemError } from './http-client/problem-error.js';
export type { StartOptions } from './http-client/operations.js';
export type * from './http-client/types.js';
export type { CallOptions, EventsOptions, HttpClientOptions, Operations, OutputToUpload };

/** Typed client of the HTTP API; needs `fetch` and nothing else, so that it runs in any program and any page. */
export interface HttpClient extends Operations {
  /** The events of a session as they happen, each once and in order; goes on by itself when the connection breaks. */
  events(sessionId: string, options?: EventsOptions): AsyncGenerator<SessionEvent, void, undefined>;
  /** Stores an output too large for a report, in pieces, and answers what the report refers to. Repeatable: it goes on. */
  uploadOutput(sessionId: string, output: OutputToUpload, options?: CallOptions): Promise<OutputRef>;
}

/**
 * Every method rejects with a {@link ProblemError}. Reads, and writes that are no more when sent twice, are repeated until the
 * deadline when the network fails, or the answer is 429, 502, 503 or 504; other writes are sent once.
 */
export function createHttpClient(options: HttpClientOptions): HttpClient {
  const transport = createTransport(options);
  const api = operations(createCall(transport, options.deadlineMs));
  return {
    ...api,
    events: (sessionId, how) => sessionEvents(transport, sessionId, how),
    uploadOutput: (sessionId, output, how) => uploadOutput(api, sessionId, output, how),
  };
}
