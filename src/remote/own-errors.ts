import { RefusedError, UnavailableError } from '../api/sessions.js';
import { ProblemError } from '../http-client.js';

type UseCases = Readonly<Record<string, (...args: never[]) => Promise<unknown>>>;

/** The same use cases, failing as those of a stack nearby do, so that nobody has to know which they have. */
export function withOwnErrors<T extends UseCases>(useCases: T): T {
  const entries = Object.entries(useCases).map(([name, useCase]) => [
    name,
    (...args: never[]) =>
      useCase(...args).catch((error: unknown) => {
        throw ownError(error);
      }),
  ]);
  return Object.fromEntries(entries) as T;
}

function ownError(error: unknown): unknown {
  if (!(error instanceof ProblemError)) return error;
  if (error.status === 0 || error.status >= 500) return new UnavailableError(error.message);
  const { type: _type, title: _title, status: _status, detail: message, requestId: _id, ...told } = error.problem;
  const { code, fix, field, sessionStatus, ...more } = told as typeof told & { readonly sessionStatus?: unknown };
  const refusal = {
    ...more,
    ...{ code, message, fix, detail: more },
    ...(field === undefined ? {} : { field }),
    ...(sessionStatus === undefined ? {} : { status: sessionStatus }),
  };
  return new RefusedError(refusal as unknown as RefusedError['refusal']);
}
