import { isCancellation, sleep } from '@temporalio/workflow';
import type { InteractionKey } from '../contract/activities.js';
import { backoffMs } from '../domain/bounds.js';
import { childLabel, isDone, type ChildAttempt } from '../domain/children.js';
import type { SpawnMetadata } from '../domain/command.js';
import { isInfrastructure, tail, type Failure } from '../domain/failures.js';
import { executorActivities, type Fast } from './activity-proxies.js';
import { fromClient, observed, type CarriedOut } from './carried-out.js';
import { failureOf } from './child-failure.js';
import { runChildren } from './child-sessions.js';
import type { Session } from './session.js';

/** Runs a spawn step's children; without an executor a client merges and checks, and reports. */
export async function fromChildren(
  session: Session,
  fast: Fast,
  key: InteractionKey,
  { children, childSessionIds }: SpawnMetadata,
  timeoutMs: number,
): Promise<CarriedOut> {
  const { scope, sessionId, seq, commandId } = key;
  session.runningChildren = childSessionIds;
  await fast.planChildren({ scope, sessionId, seq, commandId, children });
  const finished = await runChildren(session, fast, children, (child) => mergeChild(session, key, child));
  if (!finished) return { kind: 'again' };
  const undone = session.children.filter(
    (child) => !isDone(child) && children.some(({ component }) => component === child.component),
  );
  if (undone.length > 0)
    return { kind: 'result', source: 'observed', result: { status: 'error', failure: childrenFailed(undone) } };
  if (session.executorQueue === null) {
    session.open = { ...session.open!, for: 'client' };
    await fast.noteWaiting({ scope, sessionId, waitingOn: 'client', reason: null });
    session.wait('client');
    return fromClient(session);
  }
  await fast.noteWaiting({ scope, sessionId, waitingOn: 'executor', reason: null });
  session.wait('executor');
  const executor = executorActivities(session.executorQueue, timeoutMs, 'Check every component on the merged branch');
  return observed(() => executor.checkChildren(key));
}

function childrenFailed(undone: readonly ChildAttempt[]): Failure {
  const reasons = undone.map(
    ({ component, status, failure }) => `${childLabel(component)}: ${failure?.message ?? status}`,
  );
  return {
    kind: 'children_failed',
    message: tail(reasons.join('; '), 1000),
    ids: undone.map(({ component }) => component),
  };
}

const MERGE_TIMEOUT_MS = 5 * 60_000;
const MAX_MERGE_TRIES = 5;

/** A conflict, or a merge that cannot be had, is held against the child: it gets a new attempt on the merged base. */
async function mergeChild(
  session: Session,
  { scope, sessionId, commandId }: InteractionKey,
  child: ChildAttempt,
): Promise<ChildAttempt> {
  const { component, branch, commit } = child;
  if (branch === null || commit === null) {
    return { ...child, failure: { kind: 'missing_files', message: `${component} is complete without a commit` } };
  }
  // Without an executor the client merges, as the spawn command's script says.
  if (session.executorQueue === null) return { ...child, mergedAs: commit };
  const executor = executorActivities(session.executorQueue, MERGE_TIMEOUT_MS, `Merge ${childLabel(component)}`);
  let failure: Failure | null = null;
  for (let tries = 1; tries <= MAX_MERGE_TRIES; tries += 1) {
    try {
      const merged = await executor.mergeChild({
        scope,
        sessionId,
        commandId,
        child: { sessionId: child.sessionId, component, branch },
      });
      if (merged.ok) return { ...child, mergedAs: merged.commit };
      if (!isInfrastructure(merged.failure.kind)) return { ...child, failure: merged.failure };
      failure = merged.failure;
    } catch (error) {
      if (isCancellation(error)) throw error;
      failure = failureOf(error);
    }
    if (tries < MAX_MERGE_TRIES)
      await sleep(backoffMs(tries), { summary: `pause before merging ${childLabel(component)} again` });
  }
  return { ...child, failure };
}
