import { type Client, type Connection, WorkflowNotFoundError } from '@temporalio/client';
import { SEARCH_ATTRIBUTE_NAMES } from '../contract/search-attributes.js';
import { tail } from '../domain/failures.js';
import type { TemporalProbe } from '../ports/temporal-probe.js';

const CALL_MS = 5_000;
/** A poll lasts a minute at most; Temporal lists those of the last five. */
const POLLED_WITHIN_MS = 75_000;
/** `TaskQueueType` of Temporal's API. */
const QUEUE_TYPES = { workflow: 1, activity: 2 } as const;

export function createTemporalProbe(client: Client): TemporalProbe {
  const { namespace } = client.options;
  const { workflowService, operatorService } = client.connection as Connection;
  const bounded = <T>(ask: () => Promise<T>): Promise<T> => client.withDeadline(Date.now() + CALL_MS, ask);
  return {
    async server() {
      const { serverVersion } = await bounded(() => workflowService.getSystemInfo({}));
      const { customAttributes } = await bounded(() => operatorService.listSearchAttributes({ namespace }));
      const missing = SEARCH_ATTRIBUTE_NAMES.filter((name) => !Object.hasOwn(customAttributes ?? {}, name));
      return { version: serverVersion ?? 'unknown', missingAttributes: missing };
    },
    async pollers(taskQueue, kind) {
      const request = { namespace, taskQueue: { name: taskQueue }, taskQueueType: QUEUE_TYPES[kind] };
      const { pollers } = await bounded(() => workflowService.describeTaskQueue(request));
      const since = Date.now() - POLLED_WITHIN_MS;
      return (pollers ?? []).filter(({ lastAccessTime }) => (lastAccessTime?.seconds?.toNumber() ?? 0) * 1_000 > since)
        .length;
    },
    async pending(workflowId) {
      try {
        const { raw } = await bounded(() => client.workflow.getHandle(workflowId).describe());
        const taskAttempt = raw.pendingWorkflowTask?.attempt ?? 0;
        return {
          taskAttempt,
          taskFailure: taskAttempt > 1 ? await bounded(() => taskFailureOf(client, workflowId)) : null,
          activities: (raw.pendingActivities ?? []).map(({ activityType, attempt, lastFailure }) => ({
            type: activityType?.name ?? 'an activity',
            attempt: attempt ?? 1,
            lastFailure: lastFailure?.message ? tail(lastFailure.message, 300) : null,
          })),
        };
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return null;
        throw error;
      }
    },
  };
}

/** Only the first failure of a task is an event; further attempts leave none. */
async function taskFailureOf(client: Client, workflowId: string): Promise<string | null> {
  const { namespace } = client.options;
  const request = { namespace, execution: { workflowId }, maximumPageSize: 10 };
  const { history } = await client.workflowService.getWorkflowExecutionHistoryReverse(request);
  const failed = (history?.events ?? []).find((event) => event.workflowTaskFailedEventAttributes);
  const message = failed?.workflowTaskFailedEventAttributes?.failure?.message;
  return message ? tail(message, 300) : null;
}
