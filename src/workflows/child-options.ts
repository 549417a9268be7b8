import {
  ChildWorkflowCancellationType,
  ParentClosePolicy,
  WorkflowIdReusePolicy,
  workflowInfo,
} from '@temporalio/workflow';
import { SwAccount, SwComponent, SwProject, SwSessionType, SwWaitingOn } from '../contract/search-attributes.js';
import type { StartInput } from '../contract/start-input.js';
import type { PlannedChild } from '../domain/command.js';
import type { SessionTypeName } from '../domain/session.js';
import { SESSION_TYPES } from '../domain/session-types/catalog.js';
import type { Session } from './session.js';

export function childTypeOf({ input }: Session, { type }: PlannedChild): SessionTypeName {
  return type ?? SESSION_TYPES[input.sessionType].childType!;
}

/** How a child is started: with the parent's scope and executor, on its branch, never twice under one id. INV-13. */
export function childOptions(session: Session, child: PlannedChild) {
  const { scope, context } = session.input;
  const childType = childTypeOf(session, child);
  const isAboutComponent = SESSION_TYPES[childType].level === 'component';
  const subject = isAboutComponent ? `${context}/${child.component}` : context;
  const input: StartInput = {
    scope,
    sessionType: childType,
    context,
    ...(isAboutComponent ? { component: child.component } : {}),
    mode: session.executorQueue === null ? 'manual' : 'agentic',
    executorQueue: session.executorQueue,
    onExhausted: 'fail',
    ...(Object.keys(session.bounds).length === 0 ? {} : { bounds: session.bounds }),
    parent: { sessionId: session.id, branch: session.patch.branch!, attempt: child.attempt },
  };
  return {
    workflowId: child.sessionId,
    args: [input],
    parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
    cancellationType: ChildWorkflowCancellationType.WAIT_CANCELLATION_COMPLETED,
    workflowIdReusePolicy: WorkflowIdReusePolicy.REJECT_DUPLICATE,
    workflowTaskTimeout: workflowInfo().taskTimeoutMs,
    staticSummary: `${childType} · ${subject} · attempt ${child.attempt}`,
    typedSearchAttributes: [
      { key: SwAccount, value: scope.accountId },
      { key: SwProject, value: scope.projectId },
      { key: SwSessionType, value: childType },
      { key: SwComponent, value: subject },
      { key: SwWaitingOn, value: 'none' },
    ],
  };
}
