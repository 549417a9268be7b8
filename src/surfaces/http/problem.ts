import { RefusedError, UnavailableError } from '../../api/sessions.js';
import type { Problem } from '../../schemas/http-common.js';
import { isOutage } from './outage.js';
import { InvalidRequest } from './validate.js';

type RefusalCode = RefusedError['refusal']['code'];

/** Every refusal and its status; the compiler names a code that was forgotten. */
const STATUS: Readonly<Record<RefusalCode, number>> = {
  invalid_report: 400,
  invalid_decision: 400,
  invalid_input: 400,
  forbidden: 403,
  session_not_found: 404,
  unknown_interaction: 404,
  not_found: 404,
  result_conflict: 409,
  stale_lease: 409,
  children_running: 409,
  not_yours: 409,
  session_closed: 409,
  nothing_to_decide: 409,
  lease_held: 409,
  command_gone: 409,
  upload_gap: 409,
  upload_mismatch: 409,
  conflict: 409,
  webhooks_off: 409,
  key_reused: 422,
};

/** Codes of HTTP itself. */
const OWN = {
  invalid_request: { status: 400, detail: 'the request is not as documented', fix: 'see /v1/openapi.json' },
  unauthorized: {
    status: 401,
    detail: 'a valid API key is needed',
    fix: 'send `Authorization: Bearer sw_…` with a key that is neither expired nor revoked',
  },
  forbidden: { status: 403, detail: 'this key may not do that', fix: 'use a key with a higher role' },
  route_not_found: { status: 404, detail: 'there is nothing at this path', fix: 'see /v1/openapi.json' },
  method_not_allowed: { status: 405, detail: 'this path has other methods', fix: 'use one that Allow names' },
  payload_too_large: {
    status: 413,
    detail: 'the body is too large',
    fix: 'send at most 1 MiB; upload large outputs in pieces of at most 256 KiB first',
  },
  unsupported_media_type: {
    status: 415,
    detail: 'this content type is not read here',
    fix: 'send application/json, and pieces of uploads as application/octet-stream',
  },
  rate_limited: { status: 429, detail: 'too many requests with this key', fix: 'wait as long as Retry-After says' },
  internal: {
    status: 500,
    detail: 'something broke inside specwright',
    fix: 'try again; when it stays, tell an operator the requestId',
  },
  unavailable: {
    status: 503,
    detail: 'a part of specwright does not answer',
    fix: 'try again after Retry-After; repeating this request is safe for reads, reports and starts with a key',
  },
} as const;
export type OwnCode = keyof typeof OWN;

/** A failure of HTTP's own, thrown by hooks and handlers. */
export class HttpProblem extends Error {
  override readonly name = 'HttpProblem';
  constructor(
    readonly code: OwnCode,
    readonly more: {
      readonly retryAfter?: number;
      readonly detail?: string;
      readonly field?: string;
      readonly allow?: string;
    } = {},
  ) {
    super(more.detail ?? OWN[code].detail);
  }
}

export interface ProblemAnswer {
  readonly body: Problem;
  readonly headers: Readonly<Record<string, string>>;
  /** Nobody's mistake but ours: to be logged with the error. */
  readonly isInternal: boolean;
}

/** What a failure is in HTTP. Nothing of an unexpected one gets out. */
export function problemOf(error: unknown, requestId: string): ProblemAnswer {
  if (error instanceof RefusedError) return refusalAnswer(error, requestId);
  if (error instanceof HttpProblem) return own(error.code, requestId, error.more);
  if (error instanceof UnavailableError) {
    return own('unavailable', requestId, { retryAfter: error.retryAfter, detail: error.message });
  }
  if (error instanceof InvalidRequest) {
    const [{ field, message, expected }] = error.faults;
    const answer = own('invalid_request', requestId, { field, detail: `${field} ${message}` });
    const members = { in: error.part, errors: error.faults.map((fault) => ({ ...fault })) };
    return { ...answer, body: { ...members, ...answer.body, fix: `send ${expected}` } };
  }
  const code = parserCode(error);
  if (code !== null) return own(code, requestId, {});
  return isOutage(error)
    ? { ...own('unavailable', requestId, { retryAfter: 2 }), isInternal: true }
    : { ...own('internal', requestId, {}), isInternal: true };
}

function refusalAnswer({ refusal }: RefusedError, requestId: string): ProblemAnswer {
  const { code, message, fix, field, detail, ...more } = { field: undefined, detail: undefined, ...refusal };
  // `status` of a closed session is its own word, and HTTP's is a number.
  const { status: sessionStatus, ...rest } = { status: undefined, ...more };
  const base = problem(code, STATUS[code], message, fix, requestId, field);
  const members = detail !== null && typeof detail === 'object' && !Array.isArray(detail) ? detail : {};
  const told = { ...rest, ...(sessionStatus === undefined ? {} : { sessionStatus }) };
  const { stored } = members as { readonly stored?: number };
  const headers: Record<string, string> = code === 'upload_gap' ? { 'upload-offset': `${stored}` } : {};
  return { body: { ...members, ...told, ...base }, headers, isInternal: false };
}

function own(code: OwnCode, requestId: string, more: HttpProblem['more'] = {}): ProblemAnswer {
  const { status, detail, fix } = OWN[code];
  const headers = {
    ...(more.retryAfter === undefined ? {} : { 'retry-after': String(more.retryAfter) }),
    ...(more.allow === undefined ? {} : { allow: more.allow }),
    ...(code === 'unauthorized' ? { 'www-authenticate': 'Bearer' } : {}),
  };
  const body = problem(code, status, more.detail ?? detail, fix, requestId, more.field);
  return { body, headers, isInternal: false };
}

function problem(
  code: string,
  status: number,
  detail: string,
  fix: string,
  requestId: string,
  field?: string,
): Problem {
  return {
    type: `urn:specwright:problem:${code}`,
    title: code.replaceAll('_', ' '),
    status,
    code,
    detail,
    ...(field === undefined ? {} : { field }),
    fix,
    requestId,
  };
}

/** Fastify's own refusals of a body it could not read. */
function parserCode(error: unknown): OwnCode | null {
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : null;
  if (status === 413) return 'payload_too_large';
  if (status === 415) return 'unsupported_media_type';
  return typeof status === 'number' && status >= 400 && status < 500 ? 'invalid_request' : null;
}
