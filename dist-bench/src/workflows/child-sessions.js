import { CancellationScope, condition, isCancellation, sleep, startChild, workflowInfo } from '@temporalio/workflow';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { isDone } from '../domain/children.js';
import { SESSION_TYPES } from '../domain/session-types/catalog.js';
import { childOptions } from './child-options.js';
import { failureOf } from './child-failure.js';
const MAX_PARALLEL_CHILDREN = 8;
const POLL_OUTCOME = '5 seconds';
/**
 * Runs the planned children in dependency order, at most 8 at once, and merges each as it completes. Collected one by
 * one; none fails the parent. Returns false when the history is full: the running ones are in, the rest comes after
 * continue-as-new.
 */
export async function runChildren(session, fast, planned, merge) {
    const open = new Map(planned.filter((child) => !isOver(session, child)).map((child) => [child.component, child]));
    const inPlan = new Set(planned.map(({ component }) => component));
    const running = new Set();
    const finished = [];
    const launch = (child) => {
        open.delete(child.component);
        running.add(child.component);
        session.recordChild(attemptOf(child, 'active'));
        session.wait('children');
        void runChild(session, fast, child).then((attempt) => void finished.push(attempt));
    };
    for (;;) {
        const draining = workflowInfo().continueAsNewSuggested;
        for (const child of draining ? [] : ready(session, open.values(), inPlan)) {
            if (running.size < MAX_PARALLEL_CHILDREN)
                launch(child);
        }
        if (running.size === 0)
            break;
        await oneOf(running, finished);
        const attempt = finished.shift();
        const merged = attempt.status === 'complete' ? await merge(attempt) : attempt;
        session.recordChild(merged);
        await fast.recordChild({ scope: session.input.scope, sessionId: session.id, child: merged });
        running.delete(attempt.component);
        session.wait('children');
    }
    const goesOn = ready(session, open.values(), inPlan).length > 0;
    if (!goesOn)
        for (const child of open.values())
            session.recordChild({ ...attemptOf(child, 'planned'), failure: blocked(child) });
    return !goesOn;
}
/** When cancelled, waits until every child has ended: a cancelled session leaves nothing running. */
async function oneOf(running, finished) {
    try {
        await condition(() => finished.length > 0);
    }
    catch (error) {
        await CancellationScope.nonCancellable(() => condition(() => finished.length === running.size));
        throw error;
    }
}
function isOver(session, { sessionId }) {
    const known = session.children.find((child) => child.sessionId === sessionId);
    return known !== undefined && known.status !== 'planned' && known.status !== 'active';
}
/** Children all of whose dependencies are merged, in the plan's order; dependents of a failed one are not ready ever. */
function ready(session, open, inPlan) {
    const newest = new Map(session.children.map((child) => [child.component, child]));
    const isMet = (dependency) => !inPlan.has(dependency) || isDone(newest.get(dependency));
    return [...open].filter((child) => child.dependsOn.every(isMet));
}
function blocked({ component, dependsOn }) {
    return { kind: 'blocked', message: `${component} waits for ${dependsOn.join(', ')}`, ids: dependsOn };
}
function attemptOf({ component, sessionId, attempt }, status) {
    return {
        component,
        sessionId,
        attempt,
        status,
        branch: null,
        commit: null,
        mergedAs: null,
        failure: null,
        fixRounds: 0,
    };
}
async function runChild(session, fast, child) {
    const outcome = await childOutcome(session, fast, child);
    const { branch, commit, failure, fixRounds } = outcome;
    const status = outcome.status === 'active' ? 'failed' : outcome.status;
    return { ...attemptOf(child, status), branch, commit, failure, fixRounds };
}
async function childOutcome(session, fast, child) {
    try {
        const handle = await startChild(SESSION_TYPES[session.input.sessionType].childType, childOptions(session, child));
        const { branch, commit, fixRounds } = (await handle.result());
        return { status: 'complete', branch, commit, failure: null, fixRounds };
    }
    catch (error) {
        if (error instanceof WorkflowExecutionAlreadyStartedError)
            return spawnedBefore(session, fast, child);
        const failure = failureOf(error);
        const status = isCancellation(error) ? 'cancelled' : 'failed';
        // The child's own closing may not have run: an operator can terminate it.
        await fast.closeSession({ scope: session.input.scope, sessionId: child.sessionId, status, failure });
        const known = await fast.childOutcome({ scope: session.input.scope, sessionId: child.sessionId });
        return { ...known, status, failure };
    }
}
/** Started by an earlier run of this session: its outcome is in Postgres once it is closed. */
async function spawnedBefore(session, fast, child) {
    for (;;) {
        const outcome = await fast.childOutcome({ scope: session.input.scope, sessionId: child.sessionId });
        if (outcome.status !== 'active')
            return outcome;
        await sleep(POLL_OUTCOME, { summary: `waiting for ${child.component}` });
    }
}
