import { type IncomingMessage, request as requestPlain } from 'node:http';
import { request as requestTls } from 'node:https';
import { retryAfterMs } from '../domain/retry-after.js';
import type { Attempt, AttemptOutcome } from '../domain/webhooks.js';
import type { Outgoing, Post } from '../ports/outgoing.js';
import { type AddressPolicy, AddressRefused, createAddressPolicy } from './address-policy.js';
import type { Resolving } from './resolve-name.js';

interface OutgoingOptions {
  /** See {@link createAddressPolicy}. */
  readonly allow: readonly string[];
  /** For one try, from the name's resolution to the answer's end. */
  readonly timeoutMs: number;
  readonly resolving?: Resolving;
}

/** More of an answer is not read: its status says all. */
const MAX_ANSWER_BYTES = 16 * 1024;

type End = Omit<Attempt, 'durationMs'>;

/** Redirects are answers like others, not followed: they would lead past the address that was looked at. */
export function createOutgoing({ allow, timeoutMs, resolving }: OutgoingOptions): Outgoing {
  const policy = createAddressPolicy(allow, resolving);
  return {
    urlFault: (url) => policy.urlFault(url),
    async post(url, post, signal) {
      const began = performance.now();
      const timeout = AbortSignal.timeout(timeoutMs);
      const end = await tryOnce(policy, url, post, AbortSignal.any([signal, timeout])).catch((error: unknown) =>
        failedEnd(error, timeout.aborted),
      );
      if (signal.aborted && end.outcome !== 'delivered') return null;
      return { ...end, durationMs: Math.round(performance.now() - began) };
    },
  };
}

async function tryOnce(policy: AddressPolicy, url: string, { headers, body }: Post, signal: AbortSignal): Promise<End> {
  const target = new URL(url);
  // A name is looked at when it is resolved; an address never is.
  if (policy.urlFault(url) !== null || policy.refusesHost(target.hostname)) throw new AddressRefused('refused');
  const bytes = Buffer.from(body);
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const send = target.protocol === 'https:' ? requestTls : requestPlain;
    const request = send(target, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json', 'content-length': bytes.length },
      // A connection of its own: a kept one would be to an address that nobody looks at any more.
      agent: false,
      lookup: policy.lookup,
      signal,
    });
    // Another protocol is no answer; without a listener neither this nor a connection that ends without a word says so.
    request.on('upgrade', (_answer, socket) => socket.destroy());
    request.on('close', () => reject(new Error('closed without an answer')));
    request.on('error', reject).on('response', resolve).end(bytes);
  });
  await readSome(answer);
  const httpStatus = answer.statusCode ?? 0;
  const isTaken = httpStatus >= 200 && httpStatus < 300;
  const askedMs = isTaken ? undefined : retryAfterMs(answer.headers['retry-after'], Date.now());
  const end = { outcome: isTaken ? 'delivered' : 'http_error', httpStatus, errorCode: null } as const;
  return askedMs === undefined ? end : { ...end, retryAfterMs: askedMs };
}

/** To the answer's end, or to its bound; one that stays away is no answer. */
async function readSome(answer: IncomingMessage): Promise<void> {
  let read = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    read += chunk.length;
    if (read > MAX_ANSWER_BYTES) return;
  }
}

function failedEnd(error: unknown, isLate: boolean): End {
  const { code } = (error ?? {}) as { readonly code?: unknown };
  const outcome: AttemptOutcome =
    error instanceof AddressRefused ? 'address_refused' : isLate ? 'timed_out' : 'unreachable';
  // Codes only: messages quote addresses and what the other side wrote.
  const isTold = outcome === 'unreachable' && typeof code === 'string' && /^[A-Z0-9_]{1,60}$/.test(code);
  return { outcome, httpStatus: null, errorCode: isTold ? code : null };
}
