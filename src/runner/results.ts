import { isInfrastructure, MAX_TAIL, tail, type Failure } from '../domain/failures.js';
import type { JsonObject } from '../domain/json.js';
import type { Result } from '../domain/result.js';
import { maskText } from './mask-secrets.js';
import { WorkFailed } from './work-failed.js';

/** What a result may add to Event History. */
const MAX_RESULT_BYTES = 8 * 1024;

/** Adds the clock, and makes every way in which work can fail a value; aborts and outages are thrown on. */
export async function asResult(secrets: readonly string[], work: () => Promise<Result>): Promise<Result> {
  const startedAt = new Date();
  const finished = (result: Result): Result =>
    withinHistory({
      ...result,
      startedAt: startedAt.toISOString(),
      durationMs: Date.now() - startedAt.getTime(),
    });
  try {
    return finished(await work());
  } catch (error) {
    return finished(failedResult(failureFrom(error, secrets)));
  }
}

/** `warning` when the surroundings failed and the same step may simply be done again. */
export function failedResult(failure: Failure, more: Omit<Result, 'status' | 'failure'> = {}): Result {
  const again = failure.kind === 'quota' || (isInfrastructure(failure.kind) && failure.kind !== 'push_refused');
  return { ...more, status: again ? 'warning' : 'error', failure };
}

/** The failure an error stands for; anything that is not about the work is thrown again. */
export function failureFrom(error: unknown, secrets: readonly string[]): Failure {
  const failure = error instanceof WorkFailed ? error.failure : fileSystemFailure(error);
  if (failure === null) throw error;
  return {
    ...failure,
    message: clean(failure.message, secrets, 1_000),
    ...(failure.detail === undefined ? {} : { detail: clean(failure.detail, secrets, MAX_TAIL) }),
  };
}

/** A full disk, a missing permission: told apart from a lost database by the path it names. */
function fileSystemFailure(error: unknown): Failure | null {
  const { code, path, syscall } = error as Partial<NodeJS.ErrnoException>;
  if (typeof code !== 'string' || typeof path !== 'string' || syscall === 'connect') return null;
  return { kind: 'internal', message: `the executor's disk: ${code} in ${syscall ?? 'a call'} on ${path}` };
}

/** Text from outside, ready for JSON, Postgres and the eyes of others. */
export function clean(text: string, secrets: readonly string[], max: number): string {
  return tail(maskText(text, secrets).replaceAll('\u0000', '\ufffd'), max);
}

function withinHistory(result: Result): Result {
  let fitting = result;
  for (const shorten of [withoutDiffstat, withShortTexts]) {
    if (Buffer.byteLength(JSON.stringify(fitting)) <= MAX_RESULT_BYTES) return fitting;
    fitting = shorten(fitting);
  }
  return fitting;
}

function withoutDiffstat(result: Result): Result {
  if (result.data === undefined) return result;
  const { diffstat: _diffstat, ...data } = result.data;
  return { ...result, data };
}

function withShortTexts(result: Result): Result {
  const { data, failure } = result;
  const short = (value: JsonObject[string]): JsonObject[string] =>
    typeof value === 'string' ? tail(value, 1_000) : value;
  return {
    ...result,
    ...(data === undefined
      ? {}
      : { data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, short(value)])) }),
    ...(failure?.detail === undefined ? {} : { failure: { ...failure, detail: tail(failure.detail, 500) } }),
  };
}
