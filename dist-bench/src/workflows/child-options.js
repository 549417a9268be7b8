import { ChildWorkflowCancellationType, ParentClosePolicy, WorkflowIdReusePolicy, workflowInfo, } from '@temporalio/workflow';
import { SwAccount, SwComponent, SwProject, SwSessionType, SwWaitingOn } from '../contract/search-attributes.js';
import { SESSION_TYPES } from '../domain/session-types/catalog.js';
/** How a child is started: with the parent's scope and executor, on its branch, never twice under one id. */
export function childOptions(session, child) {
    const { scope, sessionType, context, bounds } = session.input;
    const childType = SESSION_TYPES[sessionType].childType;
    const input = {
        scope,
        sessionType: childType,
        context,
        component: child.component,
        mode: session.executorQueue === null ? 'manual' : 'agentic',
        executorQueue: session.executorQueue,
        onExhausted: 'fail',
        ...(bounds === undefined ? {} : { bounds }),
        parent: { sessionId: session.id, branch: session.patch.branch, attempt: child.attempt },
    };
    return {
        workflowId: child.sessionId,
        args: [input],
        parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
        cancellationType: ChildWorkflowCancellationType.WAIT_CANCELLATION_COMPLETED,
        workflowIdReusePolicy: WorkflowIdReusePolicy.REJECT_DUPLICATE,
        workflowTaskTimeout: workflowInfo().taskTimeoutMs,
        staticSummary: `${childType} · ${context}/${child.component} · attempt ${child.attempt}`,
        typedSearchAttributes: [
            { key: SwAccount, value: scope.accountId },
            { key: SwProject, value: scope.projectId },
            { key: SwSessionType, value: childType },
            { key: SwComponent, value: `${context}/${child.component}` },
            { key: SwWaitingOn, value: 'none' },
        ],
    };
}
