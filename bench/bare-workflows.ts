import {
  condition,
  defineUpdate,
  executeChild,
  proxyActivities,
  proxyLocalActivities,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import {
  FIRST_TURN,
  REPORT,
  type BareActivities,
  type BareChildInput,
  type BareExecutorActivities,
  type BareParentInput,
  type BareReport,
  type BareTurn,
} from './bare-contract.js';

const { openTurn, closeTurn } = proxyLocalActivities<BareActivities>({
  startToCloseTimeout: '3 seconds',
  retry: { maximumAttempts: 1 },
});

/** One Update per report, two local activities, two Postgres writes. */
export async function bareSession(): Promise<void> {
  const id = workflowInfo().workflowId;
  let turn: BareTurn | null = null;
  setHandler(defineUpdate<BareTurn, [BareReport]>(REPORT), async (report) => {
    const { seq } = turn!;
    await closeTurn({ id, seq, report });
    turn = await openTurn({ id, seq: seq + 1 });
    return turn;
  });
  setHandler(defineUpdate<BareTurn, []>(FIRST_TURN), async () => {
    await condition(() => turn !== null);
    return turn!;
  });
  turn = await openTurn({ id, seq: 1 });
  await condition(() => false);
}

export async function bareParent({ children, inParallel, child }: BareParentInput): Promise<number> {
  let started = 0;
  const lane = async () => {
    while (started < children) {
      started += 1;
      const workflowId = `${workflowInfo().workflowId}-${started}`;
      await executeChild(bareChild, { workflowId, args: [child], workflowTaskTimeout: child.taskTimeoutMs });
    }
  };
  await Promise.all(Array.from({ length: inParallel }, lane));
  return started;
}

export async function bareChild({ turns, executorQueue }: BareChildInput): Promise<void> {
  const id = workflowInfo().workflowId;
  for (let seq = 1; seq <= turns; seq += 1) {
    const turn = await openTurn({ id, seq });
    const report = executorQueue === null ? DONE : await executor(executorQueue).carryOut(turn);
    await closeTurn({ id, seq, report });
  }
}

const DONE: BareReport = { status: 'ok', note: 'done' };

function executor(taskQueue: string): BareExecutorActivities {
  return proxyActivities<BareExecutorActivities>({
    taskQueue,
    startToCloseTimeout: '1 minute',
    heartbeatTimeout: '10 seconds',
    retry: { maximumAttempts: 1 },
  });
}
