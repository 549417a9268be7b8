/** Every way a step, child or session can fail. `docs/failures.md` has the next action for each. */
export const FAILURE_KINDS = [
  'invalid_output',
  'tests_failed',
  'missing_files',
  'agent_failed',
  'command_failed',
  'timed_out',
  'client_gone',
  'executor_lost',
  'merge_conflict',
  'blocked',
  'children_failed',
  'review_rejected',
  'push_refused',
  'forge_error',
  'quota',
  'stuck',
  'exhausted',
  'cancelled',
  'not_authorized',
  'internal',
] as const;
export type FailureKind = (typeof FAILURE_KINDS)[number];

/** What went wrong, as data. `ids` are the sorted rule, test, file or component ids the fingerprint is made of. */
export interface Failure {
  readonly kind: FailureKind;
  readonly message: string;
  readonly detail?: string;
  readonly file?: string;
  readonly line?: number;
  readonly rule?: string;
  readonly ids?: readonly string[];
  /** For `quota`: when it is worth trying again, ISO 8601 with a time zone. */
  readonly until?: string;
}

/** Failures of the surroundings, not of the work: the same step again with a pause, never a round of fixing. */
const INFRASTRUCTURE: ReadonlySet<FailureKind> = new Set([
  'executor_lost',
  'timed_out',
  'client_gone',
  'command_failed',
  'push_refused',
  'forge_error',
  'internal',
]);

export function isInfrastructure(kind: FailureKind): boolean {
  return INFRASTRUCTURE.has(kind);
}

/** Two failures with one fingerprint are the same failure again. */
export function fingerprint(failure: Failure): string {
  const ids = failure.ids ?? [failure.rule, failure.file].filter((id) => id !== undefined);
  return `${failure.kind}:${[...ids].sort().join(',')}`;
}

/** Bytes of a text of the user's that may enter Event History. */
export const MAX_TAIL = 4096;

/** The end of a text, at most {@link MAX_TAIL} characters: what specwright itself may write into history. */
export function tail(text: string, max = MAX_TAIL): string {
  return (text.length <= max ? text : `…${text.slice(text.length - max + 1)}`).toWellFormed();
}
