import { type Client, isGrpcServiceError, WorkflowNotFoundError, type WorkflowExecutionInfo } from '@temporalio/client';
import { sessionState } from '../contract/messages.js';
import type { EndOfRun, Execution } from '../domain/reconcile.js';
import type { Executions, SeenRuns } from '../ports/executions.js';
import { failureOfEnd } from './failure-of-end.js';

/** For one question, so that an absent server is an error soon. */
const CALL_MS = 5_000;
const NOT_FOUND = 5;
/** It has ended, or was asked before: not found, already exists, failed precondition. */
const HAS_IT_ALREADY: ReadonlySet<number> = new Set([NOT_FOUND, 6, 9]);
/** `HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT` of Temporal's API: the event a run ended with. */
const CLOSE_EVENT = 2;

/** Asks Temporal about the sessions of one Task Queue. Every call throws when Temporal does not answer. */
export function createExecutions(client: Client, taskQueue: string): Executions {
  const { namespace } = client.options;
  const bounded = <T>(ask: () => Promise<T>): Promise<T> => client.withDeadline(Date.now() + CALL_MS, ask);
  const list = (query: string, limit: number) => bounded(() => collected(client, query, limit));
  const onQueue = `TaskQueue = '${taskQueue}'`;
  return {
    async home() {
      const { namespaceInfo } = await bounded(() => client.workflowService.describeNamespace({ namespace }));
      return `${namespaceInfo?.id ?? namespace}/${taskQueue}`;
    },
    async ended(from, to, limit) {
      const among = "ExecutionStatus IN ('Canceled', 'Failed', 'Terminated', 'TimedOut')";
      const found = await list(`${onQueue} AND ${among} AND ${between('CloseTime', from, to)}`, limit);
      return pageOf(found, limit, ({ closeTime }) => closeTime);
    },
    async began(from, to, limit) {
      const among = "ExecutionStatus = 'Running'";
      const found = await list(`${onQueue} AND ${among} AND ${between('StartTime', from, to)}`, limit);
      return pageOf(found, limit, ({ startTime }) => startTime);
    },
    async running(sessionIds) {
      if (sessionIds.length === 0) return new Map();
      const ids = sessionIds.map((id) => `'${id}'`).join(', ');
      const found = await list(`WorkflowId IN (${ids}) AND ExecutionStatus = 'Running'`, sessionIds.length);
      return new Map(found.map((info) => [info.workflowId, toExecution(info)]));
    },
    newest: (sessionId) =>
      orNull(async () => toExecution(await bounded(() => client.workflow.getHandle(sessionId).describe()))),
    whyEnded: (workflowId, runId, how) =>
      orNull(async () => {
        const request = { namespace, execution: { workflowId, runId }, historyEventFilterType: CLOSE_EVENT };
        const { history } = await bounded(() => client.workflowService.getWorkflowExecutionHistory(request));
        return failureOfEnd(how, history?.events?.at(-1) ?? null);
      }),
    view: (sessionId) => bounded(() => client.workflow.getHandle(sessionId).query(sessionState)).catch(() => null),
    async requestCancel(workflowId, reason) {
      const request = { namespace, workflowExecution: { workflowId }, reason, identity: 'specwright reconciler' };
      await bounded(() => client.workflowService.requestCancelWorkflowExecution(request)).catch((error: unknown) => {
        if (!isGrpcServiceError(error) || !HAS_IT_ALREADY.has(Number(error.code))) throw error;
      });
    },
    async runningIn({ accountId, projectId }, limit) {
      const query = `SwAccount = '${accountId}' AND SwProject = '${projectId}' AND ExecutionStatus = 'Running'`;
      return (await list(query, limit)).map(({ workflowId }) => workflowId);
    },
  };
}

async function collected(client: Client, query: string, limit: number): Promise<readonly WorkflowExecutionInfo[]> {
  const found: WorkflowExecutionInfo[] = [];
  for await (const info of client.workflow.list({ query, pageSize: limit })) {
    found.push(info);
    if (found.length === limit) break;
  }
  return found;
}

const between = (field: string, from: number, to: number): string =>
  `${field} >= '${new Date(from).toISOString()}' AND ${field} <= '${new Date(to).toISOString()}'`;

/** Visibility lists the newest first, so what did not fit is older than the last one. */
function pageOf(
  found: readonly WorkflowExecutionInfo[],
  limit: number,
  at: (info: WorkflowExecutionInfo) => Date | undefined,
): SeenRuns {
  const times = found.map((info) => at(info)?.getTime() ?? 0);
  return {
    runs: found.map((info) => ({ sessionId: info.workflowId, execution: toExecution(info) })),
    rest: found.length < limit ? null : Math.min(...times),
  };
}

const ENDS: Readonly<Record<string, EndOfRun>> = {
  COMPLETED: 'completed',
  FAILED: 'failed',
  CANCELLED: 'cancelled',
  TERMINATED: 'terminated',
  TIMED_OUT: 'timed_out',
};

type Described = Pick<WorkflowExecutionInfo, 'runId' | 'status' | 'startTime' | 'closeTime'>;

function toExecution({ runId, status, startTime, closeTime }: Described): Execution {
  return {
    runId,
    status: ENDS[status.name] ?? 'running',
    startedAt: startTime.getTime(),
    closedAt: closeTime?.getTime() ?? null,
  };
}

async function orNull<T>(ask: () => Promise<T>): Promise<T | null> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    if (isGrpcServiceError(error) && Number(error.code) === NOT_FOUND) return null;
    throw error;
  }
}
