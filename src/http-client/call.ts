import { ownProblem, ProblemError } from './problem-error.js';
import { brokenOff, newId, type ApiRequest, type Transport } from './transport.js';
import { backoffMs, sleep, within } from './within.js';

export interface CallOptions {
  /** Ends the call with the signal's reason. */
  readonly signal?: AbortSignal;
  /** In place of the client's. */
  readonly deadlineMs?: number;
}

export interface CallRequest extends ApiRequest {
  /**
   * Sent twice it does no more than sent once, by the API's contract: such a call is repeated when nobody knows what became
   * of it. Every GET is. Where this is not said, a call is sent once.
   */
  readonly isRepeatable?: true;
  /** How the answer is read; as JSON where it is not said. */
  readonly as?: 'bytes' | 'text';
}

/** Carries an operation out. `T` is what the document says of its answer; the tests hold it to that. */
export type Call = <T>(request: CallRequest, options?: CallOptions) => Promise<T>;

const DEADLINE_MS = 60_000;

/**
 * Repeats what may be repeated, with growing pauses and never before `Retry-After`, until the deadline. When a pause would
 * end after that, the failure is told at once.
 */
export function createCall(transport: Transport, defaultMs: number = DEADLINE_MS): Call {
  return async <T>(request: CallRequest, { signal, deadlineMs = defaultMs }: CallOptions = {}): Promise<T> => {
    const isRepeatable = request.isRepeatable ?? (request.method ?? 'GET') === 'GET';
    const requestId = newId();
    const end = performance.now() + deadlineMs;
    let last: ProblemError | undefined;
    const late = () => timedOut(deadlineMs, requestId, last);
    return within(deadlineMs, signal, late, async (ended) => {
      for (let tries = 1; ; tries += 1) {
        try {
          return (await read(await transport(request, requestId, ended), request.as, requestId)) as T;
        } catch (error) {
          if (signal?.aborted === true) throw signal.reason;
          if (!(error instanceof ProblemError)) throw error;
          last = error;
        }
        const pauseMs = Math.max(backoffMs(tries), last.retryAfterMs ?? 0);
        if (!isRepeatable || !last.isTransient || performance.now() + pauseMs >= end) throw last;
        await sleep(pauseMs, ended);
      }
    });
  };
}

function timedOut(deadlineMs: number, requestId: string, cause: ProblemError | undefined): ProblemError {
  return ownProblem({ code: 'timed_out', status: 0, detail: `no answer within ${deadlineMs} ms`, requestId, cause });
}

async function read(response: Response, as: CallRequest['as'], requestId: string): Promise<unknown> {
  if (response.status === 204) return undefined;
  const bytes = await response.arrayBuffer().catch((error: unknown) => brokenOff(error, requestId));
  if (as === 'bytes') return new Uint8Array(bytes);
  const text = new TextDecoder().decode(bytes);
  if (as === 'text') return text;
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    const { status } = response;
    throw ownProblem({ code: 'unexpected_answer', status, detail: 'an answer that is not JSON', requestId, cause });
  }
}
