import { CancellationScope } from '@temporalio/workflow';
import { isDone, type ChildAttempt } from '../domain/children.js';
import type { PlannedChild } from '../domain/command.js';
import type { Failure } from '../domain/failures.js';
import type { Fast } from './activity-proxies.js';
import { failureOf } from './child-failure.js';
import { attemptOf, runChild } from './child-run.js';
import type { Session } from './session.js';

const MAX_PARALLEL_CHILDREN = 8;

/** How a finished child gets onto the parent's branch. */
export type Merge = (child: ChildAttempt) => Promise<ChildAttempt>;

/**
 * Runs the planned children in dependency order, at most 8 at once, and merges each as it completes. Collected one by
 * one; none fails the parent. Returns false when the history is full: the running ones are in, the rest comes after
 * continue-as-new.
 */
export async function runChildren(
  session: Session,
  fast: Fast,
  planned: readonly PlannedChild[],
  merge: Merge,
): Promise<boolean> {
  const open = new Map(planned.filter((child) => !isOver(session, child)).map((child) => [child.component, child]));
  const inPlan = new Set(planned.map(({ component }) => component));
  const running = new Set<string>();
  const finished: ChildAttempt[] = [];
  const launch = (child: PlannedChild) => {
    open.delete(child.component);
    running.add(child.component);
    session.recordChild(attemptOf(child, 'active'));
    session.wait('children');
    void runChild(session, fast, child).then(
      (attempt) => finished.push(attempt),
      (error: unknown) => finished.push({ ...attemptOf(child, 'failed'), failure: failureOf(error) }),
    );
  };
  for (;;) {
    const draining = session.told.isFull();
    for (const child of draining ? [] : ready(session, open.values(), inPlan)) {
      if (running.size < MAX_PARALLEL_CHILDREN) launch(child);
    }
    if (running.size === 0) break;
    await allInIfThrown(session, running, finished, () => session.turns.until(() => finished.length > 0));
    const attempt = finished.shift()!;
    running.delete(attempt.component);
    const merged =
      attempt.status === 'complete' ? await allInIfThrown(session, running, finished, () => merge(attempt)) : attempt;
    session.told.note(await fast.recordChild(session.recordChild(merged)));
    session.wait('children');
  }
  const goesOn = ready(session, open.values(), inPlan).length > 0;
  if (!goesOn)
    for (const child of open.values()) session.recordChild({ ...attemptOf(child, 'planned'), failure: blocked(child) });
  return !goesOn;
}

/** When cancelled, waits until every child has ended: a cancelled session leaves nothing running. */
async function allInIfThrown<T>(
  { turns }: Session,
  running: ReadonlySet<string>,
  finished: readonly ChildAttempt[],
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await CancellationScope.nonCancellable(() => turns.until(() => finished.length === running.size));
    throw error;
  }
}

function isOver(session: Session, { sessionId }: PlannedChild): boolean {
  const known = session.children.find((child) => child.sessionId === sessionId);
  return known !== undefined && known.status !== 'planned' && known.status !== 'active';
}

/** Children all of whose dependencies are merged, in the plan's order; dependents of a failed one are not ready ever. */
function ready(session: Session, open: Iterable<PlannedChild>, inPlan: ReadonlySet<string>): readonly PlannedChild[] {
  const newest = new Map(session.children.map((child) => [child.component, child]));
  const isMet = (dependency: string) => !inPlan.has(dependency) || isDone(newest.get(dependency));
  return [...open].filter((child) => child.dependsOn.every(isMet));
}

function blocked({ component, dependsOn }: PlannedChild): Failure {
  return { kind: 'blocked', message: `${component} waits for ${dependsOn.join(', ')}`, ids: dependsOn };
}
