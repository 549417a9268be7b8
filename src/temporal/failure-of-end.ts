import { defaultPayloadConverter } from '@temporalio/common';
import type { Client } from '@temporalio/client';
import { SESSION_FAILED } from '../contract/failure-types.js';
import { tail, type Failure } from '../domain/failures.js';
import type { EndOfRun } from '../domain/reconcile.js';

type Answer = Awaited<ReturnType<Client['workflowService']['getWorkflowExecutionHistory']>>;
type HistoryEvent = NonNullable<NonNullable<Answer['history']>['events']>[number];

const MAX_WORDS = 500;

/** What the last event of a run says of its end, in specwright's one vocabulary; null for a run that completed. */
export function failureOfEnd(how: EndOfRun, event: HistoryEvent | null): Failure | null {
  switch (how) {
    case 'completed':
      return null;
    case 'terminated':
      return terminated(event);
    case 'timed_out':
      return { kind: 'timed_out', message: 'the workflow ran longer than the timeout it was started with' };
    case 'cancelled':
      return { kind: 'cancelled', message: 'cancelled' };
    case 'failed':
      return failed(event);
  }
}

function terminated(event: HistoryEvent | null): Failure {
  const { identity, reason } = event?.workflowExecutionTerminatedEventAttributes ?? {};
  const by = identity ? ` (${tail(identity, MAX_WORDS)})` : '';
  const why = reason ? `: ${tail(reason, MAX_WORDS)}` : '';
  return { kind: 'cancelled', message: `an operator terminated it${by}${why}` };
}

function failed(event: HistoryEvent | null): Failure {
  const failure = event?.workflowExecutionFailedEventAttributes?.failure;
  const [payload] = failure?.applicationFailureInfo?.details?.payloads ?? [];
  if (failure?.applicationFailureInfo?.type === SESSION_FAILED && payload) {
    return defaultPayloadConverter.fromPayload<Failure>(payload);
  }
  const message = failure?.message ? tail(failure.message, MAX_WORDS) : 'its history does not say why';
  return { kind: 'internal', message: `the workflow failed: ${message}` };
}
