import { ApplicationFailure, isCancellation, TerminatedFailure, TimeoutFailure, TemporalFailure, } from '@temporalio/workflow';
import { SESSION_FAILED } from '../contract/failure-types.js';
import { tail } from '../domain/failures.js';
/** What a child or activity that threw means in specwright's one vocabulary. */
export function failureOf(error) {
    if (isCancellation(error))
        return { kind: 'cancelled', message: 'it was cancelled' };
    const cause = error instanceof TemporalFailure ? (error.cause ?? error) : error;
    if (cause instanceof ApplicationFailure && cause.type === SESSION_FAILED && cause.details?.[0]) {
        return cause.details[0];
    }
    if (cause instanceof TerminatedFailure)
        return { kind: 'cancelled', message: 'an operator terminated it' };
    if (cause instanceof TimeoutFailure) {
        const isHost = cause.timeoutType === 'HEARTBEAT';
        const message = isHost ? 'the executor stopped answering' : 'it took longer than its time limit';
        return { kind: isHost ? 'executor_lost' : 'timed_out', message };
    }
    return { kind: 'internal', message: tail(cause instanceof Error ? cause.message : String(cause), 500) };
}
