import { randomUUID } from 'node:crypto';
import { BARE_PARENT, type BareChildInput, type BareParentInput } from '../bare-contract.js';
import type { BenchStack } from '../bench-stack.js';
import { LARGE_CONTEXT } from '../model.js';
import type { Sizes } from '../sizes.js';
import { interleaved, median, medianRatio, rounded } from '../statistics.js';
import { executorQueueOf } from '../worker-messages.js';

/**
 * A contextCoding session over 100 independent components, agentic, from its start to its end: real session activities
 * and mirror, an executor that answers at once. Beside it a bare parent whose children have the same turns.
 */
export interface Children {
  readonly seconds: number;
  readonly bareSeconds: number;
  readonly ratio: number;
  /** Bare children of one turn and no executor, which is as little as a child can do. Absent in a quick run. */
  readonly bareOneTurnSeconds?: number;
}

const CHILDREN = 100;
/** As many as a session runs. */
const IN_PARALLEL = 8;
/** A componentCoding child: Initialize, GenerateImplementation, RunTests, Finalize. */
const TURNS = 4;
const TIMEOUT_MS = 180_000;
const [QUEUE, BARE_QUEUE] = ['children', 'children-bare'];

export async function measureChildren(stack: BenchStack, sizes: Sizes['children']): Promise<Children> {
  const workers = await Promise.all([
    stack.worker(QUEUE, ['session', 'executor']),
    stack.worker(BARE_QUEUE, ['bare', 'bareExecutor']),
  ]);
  const same = { turns: TURNS, executorQueue: executorQueueOf(BARE_QUEUE) };
  await bareParent(stack, { ...same, turns: 1 }, IN_PARALLEL);
  const { one, other } = await interleaved(
    sizes.repeats,
    () => contextSession(stack),
    async () => ((await bareParent(stack, same, sizes.bare)) * CHILDREN) / sizes.bare,
  );
  const oneTurn: number[] = [];
  for (let repeat = 0; repeat < sizes.oneTurnRepeats; repeat += 1) {
    oneTurn.push(await bareParent(stack, { turns: 1, executorQueue: null }));
  }
  await Promise.all(workers.map((worker) => worker.end()));
  return {
    seconds: rounded(median(one)),
    bareSeconds: rounded(median(other)),
    ratio: rounded(medianRatio(one, other)),
    ...(oneTurn.length === 0 ? {} : { bareOneTurnSeconds: rounded(median(oneTurn)) }),
  };
}

async function contextSession(stack: BenchStack): Promise<number> {
  const client = stack.client(QUEUE);
  const sessionId = randomUUID();
  const began = performance.now();
  await client.startSession(sessionId, {
    scope: stack.scope,
    sessionType: 'contextCoding',
    context: LARGE_CONTEXT,
    mode: 'agentic',
    executorQueue: executorQueueOf(QUEUE),
    onExhausted: 'fail',
  });
  const outcome = await bounded(stack, () => client.result(sessionId));
  const seconds = (performance.now() - began) / 1_000;
  const complete = outcome.children.filter(({ status }) => status === 'complete').length;
  if (complete !== CHILDREN) throw new Error(`${complete} of ${CHILDREN} children are complete`);
  return seconds;
}

async function bareParent(
  stack: BenchStack,
  child: Omit<BareChildInput, 'taskTimeoutMs'>,
  children = CHILDREN,
): Promise<number> {
  const { taskTimeoutMs } = stack.config;
  const input: BareParentInput = { children, inParallel: IN_PARALLEL, child: { ...child, taskTimeoutMs } };
  const began = performance.now();
  await bounded(stack, () =>
    stack.temporal.workflow.execute(BARE_PARENT, {
      workflowId: randomUUID(),
      taskQueue: BARE_QUEUE,
      args: [input],
      workflowTaskTimeout: taskTimeoutMs,
    }),
  );
  return (performance.now() - began) / 1_000;
}

function bounded<T>({ temporal }: BenchStack, wait: () => Promise<T>): Promise<T> {
  return temporal.withDeadline(Date.now() + TIMEOUT_MS, wait);
}
