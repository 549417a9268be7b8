import { allHandlersFinished, condition, isCancellation, sleep, workflowInfo } from '@temporalio/workflow';
import { failureOf } from './child-failure.js';
/** An accepted report is judged even when the session is cancelled in the same moment. */
export async function fromClient(session) {
    if (workflowInfo().continueAsNewSuggested) {
        // In a later workflow task than the one that carried the last answer.
        await sleep(1, { summary: 'before continue-as-new' });
        if (session.accepted === null && allHandlersFinished())
            return { kind: 'again' };
    }
    try {
        await condition(() => session.accepted !== null);
    }
    catch (error) {
        if (session.accepted === null)
            throw error;
    }
    const { result, lease } = session.accepted.report;
    return { kind: 'result', result, source: 'claimed', ...(lease === undefined ? {} : { lease }) };
}
export async function observed(run) {
    try {
        return { kind: 'result', result: await run(), source: 'observed' };
    }
    catch (error) {
        if (isCancellation(error))
            throw error;
        return { kind: 'result', result: { status: 'warning', failure: failureOf(error) }, source: 'observed' };
    }
}
