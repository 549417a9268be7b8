import { setTimeout as sleep } from 'node:timers/promises';
import type { Failure } from '../../domain/failures.js';
import { maskText } from '../mask-secrets.js';
import { WorkFailed } from '../work-failed.js';
import type { Dialect, ForgeCall } from './dialect.js';
import { judgeAnswer } from './judge-answer.js';
import type { ForgeLimits } from './limits.js';
import { sendRequest } from './send-request.js';

/** Calls one forge with one token until it has an answer that counts. */
export interface ForgeCaller {
  /** `refused` only for a POST: whether it took effect has to be looked for. Throws for everything else that fails. */
  call(call: ForgeCall): Promise<{ readonly body: unknown } | { readonly refused: Failure }>;
  /** Throws `failure` when the time for this forge is spent. */
  pause(ms: number, failure: Failure): Promise<void>;
  /** As thrown for a failure nothing can be done about. */
  failed(failure: Failure): Error;
}

export interface CallerOptions {
  readonly dialect: Dialect;
  readonly apiUrl: string;
  readonly token: string;
  readonly limits: ForgeLimits;
  readonly signal: AbortSignal;
}

export function createForgeCaller({ dialect, apiUrl, token, limits, signal }: CallerOptions): ForgeCaller {
  const deadline = Date.now() + limits.totalMs;
  const masked = (text: string): string => maskText(text, [token]);
  const hidden = ({ message, detail, ...rest }: Failure): Failure => ({
    ...rest,
    message: masked(message),
    ...(detail === undefined ? {} : { detail: masked(detail) }),
  });
  const failed = (failure: Failure): Error => new WorkFailed(hidden(failure));
  const pause = async (ms: number, failure: Failure): Promise<void> => {
    if (Date.now() + ms > deadline) throw failed(failure);
    await sleep(ms, undefined, { signal }).catch(() => signal.throwIfAborted());
  };
  return {
    failed,
    pause,
    async call(call) {
      const { method, path, query, body } = call;
      const url = `${apiUrl}${path}${query === undefined ? '' : `?${new URLSearchParams(query).toString()}`}`;
      const request = { method, url, headers: dialect.headers(token), ...(body === undefined ? {} : { json: body }) };
      for (let tried = 1; ; tried += 1) {
        const outcome = await sendRequest({ ...request, timeoutMs: limits.requestTimeoutMs, signal });
        const next = judgeAnswer(outcome, { dialect, call, tried, now: Date.now(), limits });
        if (next.do === 'take') return { body: next.body };
        if (next.do === 'look') return { refused: hidden(next.failure) };
        if (next.do === 'fail') throw failed(next.failure);
        await pause(next.afterMs, next.failure);
      }
    },
  };
}
