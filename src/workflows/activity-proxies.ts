import {
  ActivityCancellationType,
  CancellationScope,
  isCancellation,
  proxyActivities,
  proxyLocalActivities,
} from '@temporalio/workflow';
import {
  generateType,
  validateType,
  type ExecutorActivities,
  type GenerateCommand,
  type SessionActivities,
  type ValidateResult,
} from '../contract/activities.js';
import type { Turns } from './turns.js';

type Activity = (input: never) => Promise<unknown>;

/** One attempt in the worker that has the workflow task: longer than the database's own statement timeout of 2 s. */
const local = proxyLocalActivities({
  startToCloseTimeout: '3 seconds',
  retry: { maximumAttempts: 1 },
}) as unknown as Record<string, Activity>;

/** Only outages throw, and they pass: retried for ever, seen as pending activities in the Web UI. */
const durable = proxyActivities({
  startToCloseTimeout: '15 seconds',
  retry: { initialInterval: '500 ms', backoffCoefficient: 2, maximumInterval: '10 seconds' },
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
}) as unknown as Record<string, Activity>;

/** Called around the slow path, so that the session says that it waits for `system`. */
export type OnOutage = (waiting: boolean) => void;

/**
 * The fast path: a local activity, and when that attempt fails the same activity as a regular one. Runs to its end
 * even when the session is cancelled: what was accepted is written.
 */
async function fastThenDurable<I, O>(type: string, input: I, turns: Turns, onOutage: OnOutage): Promise<O> {
  return CancellationScope.nonCancellable(async () => {
    try {
      return (await turns.endOf(local[type]!(input as never))) as O;
    } catch (error) {
      if (isCancellation(error)) throw error;
    }
    onOutage(true);
    const output = (await durable[type]!(input as never)) as O;
    onOutage(false);
    return output;
  });
}

export interface Fast extends SessionActivities {
  generateCommand(step: string): GenerateCommand;
  validateResult(step: string): ValidateResult;
}

/** Activity types carry the step, so that a changed route fails replay loudly. INV-8. */
export function fastActivities(turns: Turns, onOutage: OnOutage = () => undefined): Fast {
  const call =
    <I, O>(type: string) =>
    (input: I) =>
      fastThenDurable<I, O>(type, input, turns, onOutage);
  return {
    generateCommand: (step) => call(generateType(step)),
    validateResult: (step) => call(validateType(step)),
    loadCommand: call('loadCommand'),
    planChildren: call('planChildren'),
    recordChild: call('recordChild'),
    recordDecision: call('recordDecision'),
    keepRejected: call('keepRejected'),
    recordWaiver: call('recordWaiver'),
    childOutcome: call('childOutcome'),
    noteWaiting: call('noteWaiting'),
    closeSession: call('closeSession'),
  };
}

/** An executor beats every second at least; after this silence its host is taken for lost. */
const EXECUTOR_SILENCE = '10 seconds';
/** Beyond the command's own timeout, which the executor enforces itself. */
const GRACE_MS = 30_000;

/**
 * Activities of one executor host, one attempt each: whether to try again is the step's bound to decide. No limit on
 * waiting for an executor to poll: the session says that it waits for `executor`.
 */
export function executorActivities(taskQueue: string, timeoutMs: number, summary: string): ExecutorActivities {
  return proxyActivities<ExecutorActivities>({
    taskQueue,
    startToCloseTimeout: timeoutMs + GRACE_MS,
    heartbeatTimeout: EXECUTOR_SILENCE,
    retry: { maximumAttempts: 1 },
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    summary,
  });
}
