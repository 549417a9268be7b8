import { randomUUID } from 'node:crypto';
import { createPool } from '../src/store/pool.js';
import { createProgressStore } from '../src/store/progress-store.js';
import { STEPS } from '../src/steps/catalog.js';
import type { BenchStack } from './bench-stack.js';
import { SMALL_COMPONENT, SMALL_CONTEXT } from './model.js';

const AT_ONCE = 10;

/**
 * Sessions that wait for their client and have no workflow: the very rows the first activity of a session writes, by
 * the same function. They have no home, so the reconciler does not ask Temporal about them.
 */
export async function openRows({ databaseUrls, scope }: BenchStack, count: number): Promise<readonly string[]> {
  const pool = createPool(databaseUrls.rwUrl, { max: AT_ONCE });
  const progress = createProgressStore(pool);
  const start = { scope, sessionType: 'componentCoding', context: SMALL_CONTEXT, component: SMALL_COMPONENT } as const;
  const ids: string[] = [];
  const lane = async (): Promise<void> => {
    while (ids.length < count) {
      const sessionId = randomUUID();
      ids.push(sessionId);
      const turn = { scope, sessionId, seq: 1, commandId: randomUUID(), step: 'Initialize', mode: 'manual' } as const;
      const opened = await progress.openInteraction({ ...turn, start }, (facts) =>
        STEPS['Initialize']!.buildCommand(facts),
      );
      if (opened.kind !== 'opened') throw new Error(`a row was not opened: ${JSON.stringify(opened)}`);
    }
  };
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, lane));
  } finally {
    await pool.end();
  }
  return ids;
}
