import { z } from 'zod';
import { problemSchema } from '../../schemas/http-common.js';

const TITLES: Readonly<Record<number, string>> = {
  304: 'Not modified since the ETag',
  400: 'The request is not as documented',
  401: 'No key, or one that is unknown, expired or revoked',
  403: "The key's role does not reach",
  404: "Unknown, or another account's",
  409: 'It does not fit what is there; the code tells',
  413: 'The body is too large',
  415: 'The content type is not read here',
  422: 'The Idempotency-Key was used for another request',
  429: 'Too many requests with this key',
  500: 'Something broke inside',
  503: 'A part does not answer',
};

/** Any route that needs a key may answer with these. */
const ALWAYS = [400, 401, 403, 429, 500, 503] as const;

export const problemAnswer = (status: number) => ({
  description: TITLES[status] ?? 'A problem',
  content: { 'application/problem+json': { schema: problemSchema } },
});

type ProblemAnswer = { readonly description: string; readonly content: object };
type Problems<Status extends number> = { readonly [S in Status]: ProblemAnswer };

/** The answers of a route: what it gives, and the problems it may have besides those of every route. */
export function answers<Good extends Readonly<Record<number, unknown>>, const Status extends number = never>(
  good: Good,
  ...problems: readonly Status[]
): Good & Problems<Status | (typeof ALWAYS)[number]> {
  const all = [...ALWAYS, ...problems].map((status) => [status, problemAnswer(status)]);
  return { ...good, ...(Object.fromEntries(all) as Problems<Status | (typeof ALWAYS)[number]>) };
}

/** An answer without a body. */
export const empty = (description: string) => z.null().describe(description);

export const bytesAnswer = (description: string, schema: z.ZodType) => ({
  description,
  content: { 'application/octet-stream': { schema } },
});
