import { retryAfterMs } from '../domain/retry-after.js';
import type { Problem } from './types.js';

/** Where the request may have come to nothing by the way: sent again, it may be answered. */
const TRANSIENT: readonly number[] = [0, 429, 502, 503, 504];

interface ProblemInit extends Problem {
  readonly retryAfterMs?: number;
  readonly cause?: unknown;
}

/**
 * The one error of the client: an answer that is a problem (RFC 9457), or none at all. `code` is stable, `fix` says what to
 * do. Codes of the client's own: `unreachable`, `timed_out` (both with status 0), `unexpected_answer`, `event_too_large`.
 */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  /** Of HTTP; 0 when there was no answer. */
  readonly status: number;
  readonly code: string;
  readonly fix: string;
  /** By which the server's log knows the request. */
  readonly requestId: string;
  /** The offending part of the request, where it is one part. */
  readonly field: string | undefined;
  /** How long the server asks to wait; undefined when it does not. */
  readonly retryAfterMs: number | undefined;
  /** The whole answer: some codes bring more members, `digest` and `at` of a `result_conflict`, say. */
  readonly problem: Problem;

  constructor({ retryAfterMs, cause, ...problem }: ProblemInit) {
    super(`${problem.detail} (${problem.code}); ${problem.fix}`, { cause });
    this.status = problem.status;
    this.code = problem.code;
    this.fix = problem.fix;
    this.requestId = problem.requestId;
    this.field = problem.field;
    this.retryAfterMs = retryAfterMs;
    this.problem = problem;
  }

  get isTransient(): boolean {
    return TRANSIENT.includes(this.status);
  }
}

interface OwnProblem {
  readonly code: 'unreachable' | 'timed_out' | 'unexpected_answer' | 'event_too_large';
  readonly status: number;
  readonly detail: string;
  readonly requestId: string;
  readonly cause?: unknown;
  readonly retryAfterMs?: number;
}

const FIX: Readonly<Record<OwnProblem['code'], string>> = {
  unreachable: 'check the url and the way to it, and try again: a repeatable call was already, until its deadline',
  timed_out: 'try again, or give the call a longer deadlineMs',
  unexpected_answer: 'check that the url is that of specwright, and what is between',
  event_too_large: 'read the events with listEvents',
};

export function ownProblem({ code, ...rest }: OwnProblem): ProblemError {
  const title = code.replaceAll('_', ' ');
  return new ProblemError({ type: `urn:specwright:client:${code}`, title, code, fix: FIX[code], ...rest });
}

/** What an answer that is none of 2xx says. */
export async function problemOf(response: Response, sentId: string): Promise<ProblemError> {
  const { status, headers } = response;
  const requestId = headers.get('x-request-id') ?? sentId;
  const askedMs = retryAfterMs(headers.get('retry-after'), Date.now());
  const more = askedMs === undefined ? {} : { retryAfterMs: askedMs };
  const text = await response.text().catch(() => '');
  const body = isProblemType(headers) ? parse(text) : null;
  if (isProblem(body)) return new ProblemError({ ...body, ...more });
  const detail = `an answer ${status} that is not specwright's`;
  return ownProblem({ code: 'unexpected_answer', status, detail, requestId, ...more });
}

function isProblemType(headers: Headers): boolean {
  return (headers.get('content-type') ?? '').startsWith('application/problem+json');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function isProblem(body: unknown): body is Problem {
  const { code, fix, status } = (body ?? {}) as Partial<Record<string, unknown>>;
  return typeof code === 'string' && typeof fix === 'string' && typeof status === 'number';
}
