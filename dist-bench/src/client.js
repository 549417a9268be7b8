import { Client, WorkflowNotFoundError, WorkflowUpdateFailedError, WithStartWorkflowOperation, } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { REFUSED } from './contract/failure-types.js';
import * as messages from './contract/messages.js';
import { SwAccount, SwComponent, SwProject, SwSessionType, SwWaitingOn } from './contract/search-attributes.js';
import { DEFAULT_TASK_QUEUE } from './contract/task-queues.js';
import { startMisfit } from './domain/start-guard.js';
/** A message specwright did not accept: `refusal.code` is stable, `refusal.fix` says what to do. */
export class RefusedError extends Error {
    refusal;
    name = 'RefusedError';
    constructor(refusal) {
        super(`${refusal.message} (${refusal.code}); ${refusal.fix}`);
        this.refusal = refusal;
    }
}
export function createSpecwrightClient(options) {
    const { temporal, timeoutMs = 20_000 } = options;
    const handle = (sessionId) => temporal.workflow.getHandle(sessionId);
    const call = (sessionId, send) => bounded(temporal, timeoutMs, () => send(handle(sessionId))).catch((error) => refused(temporal, sessionId, error));
    return {
        async startSession(sessionId, input) {
            await bounded(temporal, timeoutMs, () => temporal.workflow.start(input.sessionType, startOptions(options, sessionId, input)));
        },
        async startSessionAndWait(sessionId, input) {
            const start = startOptions(options, sessionId, input);
            const startWorkflowOperation = new WithStartWorkflowOperation(input.sessionType, {
                ...start,
                workflowIdConflictPolicy: 'FAIL',
            });
            return bounded(temporal, timeoutMs, () => temporal.workflow.executeUpdateWithStart(messages.awaitRest, { startWorkflowOperation }));
        },
        reportResult: (sessionId, report) => call(sessionId, (workflow) => workflow.signal(messages.reportResult, report)),
        submitResult: (sessionId, report) => call(sessionId, (workflow) => workflow.executeUpdate(messages.submitResult, { args: [report] })),
        nextCommand: (sessionId) => call(sessionId, (workflow) => workflow.query(messages.nextCommand)),
        sessionState: (sessionId) => call(sessionId, (workflow) => workflow.query(messages.sessionState)),
        async decide(sessionId, decision) {
            await call(sessionId, (workflow) => workflow.executeUpdate(messages.decide, { args: [decision] }));
        },
        async setExecutionMode(sessionId, mode) {
            await call(sessionId, (workflow) => workflow.executeUpdate(messages.setExecutionMode, { args: [{ mode }] }));
        },
        async cancel(sessionId, by) {
            await call(sessionId, async (workflow) => {
                await workflow.signal(messages.cancelReason, by);
                await workflow.cancel();
            });
        },
        describe: (sessionId) => call(sessionId, (workflow) => describe(workflow)),
        result: (sessionId) => handle(sessionId).result(),
    };
}
function bounded(temporal, timeoutMs, send) {
    return temporal.withDeadline(Date.now() + timeoutMs, send);
}
function startOptions({ taskQueue = DEFAULT_TASK_QUEUE, workflowTaskTimeoutMs }, sessionId, input) {
    const misfit = startMisfit(input.sessionType, sessionId, input);
    if (misfit)
        throw new RefusedError({ code: 'invalid_input', ...misfit });
    const { scope, sessionType, context, component } = input;
    const subject = component === undefined ? context : `${context}/${component}`;
    return {
        workflowId: sessionId,
        taskQueue,
        args: [input],
        ...(workflowTaskTimeoutMs === undefined ? {} : { workflowTaskTimeout: workflowTaskTimeoutMs }),
        staticSummary: `${sessionType} · ${subject}`,
        workflowIdReusePolicy: 'REJECT_DUPLICATE',
        typedSearchAttributes: [
            { key: SwAccount, value: scope.accountId },
            { key: SwProject, value: scope.projectId },
            { key: SwSessionType, value: sessionType },
            { key: SwComponent, value: subject },
            { key: SwWaitingOn, value: 'none' },
        ],
    };
}
const STATUSES = {
    RUNNING: 'active',
    CONTINUED_AS_NEW: 'active',
    COMPLETED: 'complete',
    FAILED: 'failed',
    CANCELLED: 'cancelled',
    TERMINATED: 'terminated',
    TIMED_OUT: 'timed_out',
};
async function describe(workflow) {
    const { status, runId, startTime } = await workflow.describe();
    return { status: STATUSES[status.name] ?? 'active', runId, startedAt: startTime };
}
/** Turns what Temporal throws into a typed refusal where it is one; told apart by describe: closed, or never there. */
async function refused(temporal, sessionId, error) {
    const cause = error instanceof WorkflowUpdateFailedError ? error.cause : undefined;
    if (cause instanceof ApplicationFailure && cause.type === REFUSED)
        throw new RefusedError(cause.details?.[0]);
    if (!(error instanceof WorkflowNotFoundError))
        throw error;
    const known = await describe(temporal.workflow.getHandle(sessionId)).catch(() => null);
    if (known === null) {
        const fix = 'check the id; after Temporal forgets a session its rows still tell the outcome';
        throw new RefusedError({ code: 'session_not_found', message: `no session ${sessionId}`, fix });
    }
    const status = ['complete', 'failed', 'cancelled'].includes(known.status)
        ? known.status
        : 'cancelled';
    throw new RefusedError({
        code: 'session_closed',
        message: `the session is ${known.status}`,
        fix: 'nothing is left to report',
        status,
    });
}
