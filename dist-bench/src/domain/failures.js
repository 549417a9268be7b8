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
];
/** Failures of the surroundings, not of the work: the same step again with a pause, never a round of fixing. */
const INFRASTRUCTURE = new Set([
    'executor_lost',
    'timed_out',
    'client_gone',
    'command_failed',
    'push_refused',
    'forge_error',
    'internal',
]);
export function isInfrastructure(kind) {
    return INFRASTRUCTURE.has(kind);
}
/** Two failures with one fingerprint are the same failure again. */
export function fingerprint(failure) {
    const ids = failure.ids ?? [failure.rule, failure.file].filter((id) => id !== undefined);
    return `${failure.kind}:${[...ids].sort().join(',')}`;
}
/** Bytes of a text of the user's that may enter Event History. */
export const MAX_TAIL = 4096;
/** The end of a text, at most {@link MAX_TAIL} characters: what specwright itself may write into history. */
export function tail(text, max = MAX_TAIL) {
    return (text.length <= max ? text : `…${text.slice(text.length - max + 1)}`).toWellFormed();
}
