import type { Failure, FailureKind } from '../domain/failures.js';

/** Carries a {@link Failure} from deep inside the runner to its border, where it becomes a value. Never leaves it. */
export class WorkFailed extends Error {
  constructor(readonly failure: Failure) {
    super(failure.message);
    this.name = 'WorkFailed';
  }
}

export function workFailed(
  kind: FailureKind,
  message: string,
  more: Omit<Failure, 'kind' | 'message'> = {},
): WorkFailed {
  return new WorkFailed({ kind, message, ...more });
}
