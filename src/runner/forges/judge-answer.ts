import type { Failure } from '../../domain/failures.js';
import { tail } from '../../domain/failures.js';
import type { Dialect, ForgeCall } from './dialect.js';
import { backoffMs, type ForgeLimits } from './limits.js';
import { rateLimitedUntil } from './rate-limit.js';
import type { HttpOutcome } from './send-request.js';
import { textAt, valueAt } from './value-at.js';

export type Next =
  | { readonly do: 'take'; readonly body: unknown }
  | { readonly do: 'again'; readonly afterMs: number; readonly failure: Failure }
  /** It may have taken effect, or somebody was faster: only looking tells. */
  | { readonly do: 'look'; readonly failure: Failure }
  | { readonly do: 'fail'; readonly failure: Failure };

export interface Asked {
  readonly dialect: Dialect;
  readonly call: ForgeCall;
  /** How often it was sent by now, from 1. */
  readonly tried: number;
  readonly now: number;
  readonly limits: ForgeLimits;
}

/** What to do about what a forge answered. Only a POST is never sent again without looking: it would create a second one. */
export function judgeAnswer(outcome: HttpOutcome, asked: Asked): Next {
  const { call, tried, limits } = asked;
  if (outcome.kind === 'silence' || outcome.status >= 500) {
    const failure = failureOf(asked, outcome.kind === 'silence' ? outcome.why : answered(outcome), outcome);
    if (call.method === 'POST') return { do: 'look', failure };
    return tried < limits.tries ? { do: 'again', afterMs: backoffMs(limits, tried), failure } : { do: 'fail', failure };
  }
  const { status, body } = outcome;
  if (status >= 200 && status < 300) {
    if (typeof body === 'object' && body !== null) return { do: 'take', body };
    return fail(asked, outcome, 'answered without JSON; check the apiUrl of the forge');
  }
  const until = rateLimitedUntil(outcome, asked.now);
  if (until !== null) return limited(asked, outcome, until);
  if ((status === 409 || status === 422) && call.method === 'POST') {
    return { do: 'look', failure: failureOf(asked, `refused it with ${status}`, outcome) };
  }
  return fail(asked, outcome, `${answered(outcome)}${fixFor(status, asked.dialect, outcome)}`);
}

type Answer = Extract<HttpOutcome, { kind: 'answer' }>;

function limited(asked: Asked, outcome: Answer, until: number): Next {
  const { now, tried, limits } = asked;
  const time = new Date(until).toISOString();
  const failure = failureOf(
    asked,
    `has a rate limit on this token until ${time}; it is worth trying after that`,
    outcome,
  );
  const afterMs = Math.max(until - now, limits.pauseMs);
  if (afterMs > limits.maxRateLimitMs || tried >= limits.tries) return { do: 'fail', failure };
  return { do: 'again', afterMs, failure };
}

function fail(asked: Asked, outcome: Answer, what: string): Next {
  return { do: 'fail', failure: failureOf(asked, what, outcome) };
}

function answered({ status }: Answer): string {
  return `answered ${status}`;
}

function fixFor(status: number, { tokenVariable, permission }: Dialect, outcome: Answer): string {
  if (status === 401) return `: the token is not valid; set ${tokenVariable} of the executor to one with ${permission}`;
  if (status === 403) return `: the token in ${tokenVariable} of the executor may not do this; it needs ${permission}`;
  if (status === 404) {
    return `: no such repository, or the token in ${tokenVariable} cannot see it; check the forge's repository and give the token ${permission}`;
  }
  if (status >= 300 && status < 400) {
    return `: it has moved${movedTo(outcome)}; correct the forge's apiUrl and repository (a token is not sent after a redirect)`;
  }
  return '';
}

function movedTo(outcome: Answer): string {
  const location = outcome.header('location') ?? '';
  return URL.canParse(location) ? ` to ${new URL(location).origin}${new URL(location).pathname}` : '';
}

function failureOf({ dialect, call }: Asked, what: string, outcome: HttpOutcome): Failure {
  const said = outcome.kind === 'answer' ? saidIn(outcome.body) : '';
  const message = `${dialect.name} ${what} (${call.method} ${call.path})`;
  return { kind: 'forge_error', message, ...(said === '' ? {} : { detail: said }) };
}

/** GitHub has `message` and a list `errors`; GitLab has `message` (a text, a list or fields with lists) or `error`. */
function saidIn(body: unknown): string {
  const parts = [valueAt(body, 'message'), valueAt(body, 'error'), valueAt(body, 'error_description')];
  const errors = valueAt(body, 'errors');
  for (const error of Array.isArray(errors) ? (errors as unknown[]) : []) parts.push(textAt(error, 'message') ?? error);
  return tail(
    parts
      .filter((part) => part !== undefined && part !== null)
      .map((part) => (typeof part === 'string' ? part : JSON.stringify(part)))
      .join('; '),
    1_000,
  );
}
