import { randomUUID } from 'node:crypto';
import type { Rig } from './rig.js';

/** What an operator does in the Temporal Web UI. */
export interface Operator {
  /** Temporal's own Cancel alone: nobody tells the session who or why. */
  cancel(sessionId: string): Promise<void>;
  terminate(sessionId: string, reason?: string): Promise<void>;
  remove(sessionId: string): Promise<void>;
  /** To right after the `task`th completed workflow task, 1 being the first; returns the new run. */
  reset(sessionId: string, task: number): Promise<string>;
}

export function operatorOf({ temporal }: Rig): Operator {
  const { namespace } = temporal.options;
  const service = temporal.workflowService;
  return {
    async cancel(sessionId) {
      await temporal.workflow.getHandle(sessionId).cancel();
    },
    async terminate(sessionId, reason) {
      await temporal.workflow.getHandle(sessionId).terminate(reason);
    },
    async remove(workflowId) {
      await service.deleteWorkflowExecution({ namespace, workflowExecution: { workflowId } });
    },
    async reset(workflowId, task) {
      const { events } = await temporal.workflow.getHandle(workflowId).fetchHistory();
      const completed = (events ?? []).filter((event) => event.workflowTaskCompletedEventAttributes);
      const { runId } = await service.resetWorkflowExecution({
        namespace,
        workflowExecution: { workflowId },
        reason: 'once more',
        requestId: randomUUID(),
        workflowTaskFinishEventId: completed[task - 1]!.eventId!,
      });
      return runId;
    },
  };
}
