import type { HttpOutcome } from './send-request.js';
import { textAt } from './value-at.js';

/** What GitHub asks for when it does not say how long. */
const UNSAID_MS = 60_000;

/**
 * When it is worth asking again, in milliseconds of the epoch, or null when the answer is not about a rate limit. GitHub
 * tells with 403 or 429, GitLab with 429; the headers differ by an `x-`.
 */
export function rateLimitedUntil(answer: Extract<HttpOutcome, { kind: 'answer' }>, now: number): number | null {
  if (answer.status !== 403 && answer.status !== 429) return null;
  const after = retryAfter(answer.header('retry-after'), now);
  const spent = (answer.header('x-ratelimit-remaining') ?? answer.header('ratelimit-remaining')) === '0';
  const told = /rate limit|too many times/i.test(textAt(answer.body, 'message') ?? '');
  if (answer.status === 403 && after === null && !spent && !told) return null;
  if (after !== null) return after;
  const reset = Number(answer.header('x-ratelimit-reset') ?? answer.header('ratelimit-reset') ?? Number.NaN) * 1_000;
  // Beyond a day it is not a time but a mistake.
  return spent && reset > 0 && reset < now + 86_400_000 ? reset : now + UNSAID_MS;
}

/** Seconds, or a date. */
function retryAfter(given: string | null, now: number): number | null {
  if (given === null || given.trim() === '') return null;
  const seconds = Number(given);
  const until = Number.isFinite(seconds) ? now + Math.max(0, seconds) * 1_000 : Date.parse(given);
  return Number.isFinite(until) && until < now + 86_400_000 ? until : null;
}
