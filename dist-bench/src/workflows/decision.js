import { condition } from '@temporalio/workflow';
import { retried } from '../domain/progress.js';
/** A root may ask its operators; a child always fails to its parent. */
export async function afterSpent(session, fast, turn, spent) {
    const asks = session.input.parent === undefined && session.input.onExhausted !== 'fail';
    if (!asks)
        return spent.failure;
    const { scope } = session.input;
    await fast.noteWaiting({ scope, sessionId: session.id, waitingOn: 'decision', reason: spent.failure.message });
    session.lastFailure = spent.failure;
    session.wait('decision');
    session.settle();
    const { action, userId, reason } = await decisionOf(session);
    if (action === 'fail')
        return { ...spent.failure, message: `${spent.failure.message}; ${userId} decided to fail it: ${reason}` };
    session.progress = retried(session.progress, turn);
    session.step = spent.retryAt;
    return null;
}
async function decisionOf(session) {
    await condition(() => session.decision !== null);
    const decision = session.decision;
    session.decision = null;
    session.wait('system');
    return decision;
}
