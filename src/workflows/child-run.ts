import { CancellationScope, getExternalWorkflowHandle, isCancellation, sleep, startChild } from '@temporalio/workflow';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import type { ChildOutcome } from '../contract/activities.js';
import type { SessionOutcome } from '../contract/messages.js';
import type { ChildAttempt } from '../domain/children.js';
import type { PlannedChild } from '../domain/command.js';
import type { Fast } from './activity-proxies.js';
import { failureOf } from './child-failure.js';
import { childOptions, childTypeOf } from './child-options.js';
import type { Session } from './session.js';

const POLL_OUTCOME = '5 seconds';

export function attemptOf(
  { component, sessionId, attempt }: PlannedChild,
  status: ChildAttempt['status'],
): ChildAttempt {
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

/** One child from its start to its end. */
export async function runChild(session: Session, fast: Fast, child: PlannedChild): Promise<ChildAttempt> {
  const outcome = await childOutcome(session, fast, child);
  const { branch, commit, failure, fixRounds } = outcome;
  const status = outcome.status === 'active' ? 'failed' : outcome.status;
  return { ...attemptOf(child, status), branch, commit, failure, fixRounds };
}

async function childOutcome(session: Session, fast: Fast, child: PlannedChild): Promise<ChildOutcome> {
  try {
    const handle = await startChild(childTypeOf(session, child), childOptions(session, child));
    const { branch, commit, fixRounds } = (await handle.result()) as SessionOutcome;
    return { status: 'complete', branch, commit, failure: null, fixRounds };
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return spawnedBefore(session, fast, child);
    const failure = failureOf(error);
    const status = isCancellation(error) ? 'cancelled' : 'failed';
    // The child's own closing may not have run: an operator can terminate it.
    await fast.closeSession({ scope: session.input.scope, sessionId: child.sessionId, status, failure });
    const known = await fast.childOutcome({ scope: session.input.scope, sessionId: child.sessionId });
    return { ...known, status, failure };
  }
}

/** Started by an earlier run of this session: its outcome is in Postgres once it is closed. */
async function spawnedBefore(session: Session, fast: Fast, child: PlannedChild): Promise<ChildOutcome> {
  for (;;) {
    const outcome = await fast.childOutcome({ scope: session.input.scope, sessionId: child.sessionId });
    if (outcome.status !== 'active') return outcome;
    try {
      await sleep(POLL_OUTCOME, { summary: `waiting for ${child.component}` });
    } catch (error) {
      await CancellationScope.nonCancellable(() => getExternalWorkflowHandle(child.sessionId).cancel()).catch(
        () => undefined,
      );
      return { ...outcome, status: 'cancelled', failure: failureOf(error) };
    }
  }
}
