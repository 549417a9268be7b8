import {
  allHandlersFinished,
  ApplicationFailure,
  CancellationScope,
  CancelledFailure,
  continueAsNew,
  isCancellation,
  setCurrentDetails,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import { INVALID_INPUT, SESSION_FAILED } from '../contract/failure-types.js';
import { SwAccount, SwComponent, SwProject, SwSessionType } from '../contract/search-attributes.js';
import type { SessionOutcome } from '../contract/messages.js';
import type { StartInput } from '../contract/start-input.js';
import type { Failure } from '../domain/failures.js';
import type { Misfit } from '../domain/guard.js';
import type { ClosedStatus } from '../domain/session.js';
import { startMisfit } from '../domain/start-guard.js';
import { fastActivities, type Fast } from './activity-proxies.js';
import { installInbox } from './inbox.js';
import { operatorDetails } from './operator-details.js';
import { carriedOf, outcomeOf, viewOf } from './session-view.js';
import { moveOn } from './move-on.js';
import { Session } from './session.js';
import { takeTurn } from './turn.js';

/**
 * The one loop behind every session type: take a turn, route by its verdict, until the table says complete or a bound
 * is spent. Ends Completed, Failed with {@link SESSION_FAILED}, or Canceled, so that the Web UI's colours are true.
 */
export async function runSession(input: StartInput): Promise<SessionOutcome> {
  const { workflowType, workflowId } = workflowInfo();
  const misfit = startMisfit(workflowType, workflowId, input) ?? forged(input);
  if (misfit) throw ApplicationFailure.nonRetryable(`${misfit.message}: ${misfit.fix}`, INVALID_INPUT, misfit);
  const session = new Session(input, (now) => setCurrentDetails(operatorDetails(viewOf(now))));
  installInbox(session);
  showScope(input);
  const fast = fastActivities(session.turns, outageOf(session));
  try {
    const failure = await work(session, fast);
    await CancellationScope.nonCancellable(() => close(session, fast, failure ? 'failed' : 'complete', failure));
    if (failure) throw ApplicationFailure.nonRetryable(failure.message, SESSION_FAILED, failure);
    return outcomeOf(session, 'complete');
  } catch (error) {
    if (!isCancellation(error)) throw error;
    const by = session.cancelReason;
    const message = by ? `cancelled by ${by.userId}: ${by.reason}` : 'cancelled';
    await CancellationScope.nonCancellable(() => close(session, fast, 'cancelled', { kind: 'cancelled', message }));
    throw error;
  }
}

/** Null when the session is complete, or why it failed. */
async function work(session: Session, fast: Fast): Promise<Failure | null> {
  for (;;) {
    await continueAsNewIfFull(session);
    const end = await takeTurn(session, fast);
    if (CancellationScope.current().consideredCancelled) throw new CancelledFailure('the session was cancelled');
    if (end === 'continue-as-new') {
      await startAnew(session);
    } else if ('fatal' in end) {
      return end.fatal;
    } else {
      const failure = await moveOn(session, fast, end);
      if (failure !== 'onward') return failure;
    }
  }
}

/** Between steps of the executor; a client's command is the point for sessions that clients report on. */
async function continueAsNewIfFull(session: Session): Promise<void> {
  if (!session.told.isFull() || session.refused.hasEarly()) return;
  if (session.unanswered.length === 0 && allHandlersFinished()) await startAnew(session);
}

async function startAnew(session: Session): Promise<void> {
  await session.turns.until(allHandlersFinished);
  await continueAsNew<(input: StartInput) => Promise<SessionOutcome>>({
    ...session.input,
    carried: carriedOf(session),
  });
}

/** While Postgres is away the session says that it waits for `system`, and afterwards what it waited for before. */
function outageOf(session: Session): (waiting: boolean) => void {
  let before = session.waitingOn;
  return (waiting) => {
    if (waiting && session.waitingOn !== 'system') before = session.waitingOn;
    session.wait(waiting ? 'system' : before);
  };
}

async function close(session: Session, fast: Fast, status: ClosedStatus, failure: Failure | null): Promise<void> {
  session.open = null;
  session.command = null;
  await fast.closeSession({ scope: session.input.scope, sessionId: session.id, status, failure });
  session.closed = status;
  const message = `the session is ${status}`;
  session.refuseAccepted({ code: 'session_closed', message, fix: 'nothing is left to report', status });
  session.wait('system');
  session.stopWaiting();
  session.settle();
  await session.turns.until(allHandlersFinished);
}

/** What only the workflow itself may say: a link to a parent, and what continue-as-new carried. */
function forged({ parent, carried }: StartInput): Misfit | null {
  const info = workflowInfo();
  if (parent !== undefined && parent.sessionId !== info.parent?.workflowId) {
    return { field: 'parent', message: 'parent is not the workflow that started this one', fix: 'leave it out' };
  }
  if (carried === undefined || info.continuedFromExecutionRunId !== undefined) return null;
  return { field: 'carried', message: 'carried is only for continue-as-new', fix: 'leave it out' };
}

/** What operators filter by; a start that already has it (a child, `client.ts`) costs no event. */
function showScope({ scope, sessionType, context, component }: StartInput): void {
  if (workflowInfo().typedSearchAttributes.get(SwAccount) !== undefined) return;
  upsertSearchAttributes([
    { key: SwAccount, value: scope.accountId },
    { key: SwProject, value: scope.projectId },
    { key: SwSessionType, value: sessionType },
    { key: SwComponent, value: component === undefined ? context : `${context}/${component}` },
  ]);
}
