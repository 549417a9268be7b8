import { afterEach, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { createSpecwrightClient, RefusedError } from '../../src/client.js';
import { createIntakeStore } from '../../src/store/intake-store.js';
import { createPool } from '../../src/store/pool.js';
import { failingReport } from '../support/failing-reports.js';
import { holdClosing } from '../support/hold-rows.js';
import { commandOf, eventually } from '../support/manual-client.js';
import { createRig, testStack, type Rig } from '../support/rig.js';
import { eventsOf, type HistoryEvent } from '../support/workflow-history.js';

let rig: Rig;
const pool = createPool(testStack().database.roUrl);
afterEach(async () => {
  await rig.end();
  await pool.end();
});

const indexesOf = async (sessionId: string, what: (event: HistoryEvent) => unknown): Promise<number[]> =>
  (await eventsOf(rig, sessionId)).flatMap((event, index) => (what(event) ? [index] : []));

test('what ends one after the other while Postgres is slow is replayed in the same order', async () => {
  rig = await createRig('slow postgres', { workers: ['session'] });
  const { temporal, config } = rig;
  // A local activity that takes longer than four fifths of this goes on in the next workflow task.
  const client = createSpecwrightClient({ temporal, taskQueue: config.taskQueue, workflowTaskTimeoutMs: 1_000 });
  const sessionId = randomUUID();
  await client.startSession(sessionId, rig.input({ sessionType: 'componentCoding', component: 'Money' }));
  const { id } = await eventually(async () => commandOf(await client.nextCommand(sessionId)), 'a command');
  await client.submitResult(sessionId, failingReport(id, 'first'));
  const tasks = () => indexesOf(sessionId, (event) => event.workflowTaskCompletedEventAttributes);
  const before = (await tasks()).length;
  let second: Promise<unknown> | undefined;

  await holdClosing(rig, sessionId, async () => {
    await client.cancel(sessionId, { userId: 'tester', reason: 'enough' });
    const isInItsNextTask = async () => (await tasks()).length > before;
    await eventually(isInItsNextTask, 'the closing to outlive its task');
    second = client.submitResult(sessionId, failingReport(id, 'second')).catch((error: unknown) => error);
    const kept = () => createIntakeStore(pool).listRejected(rig.scope, sessionId);
    await eventually(async () => (await kept()).length > 0, 'the second result to be kept');
    await pause(100);
  });

  expect(await second).toBeInstanceOf(RefusedError);
  await eventually(async () => (await client.describe(sessionId)).status === 'cancelled', 'its end');
  const answers = await indexesOf(sessionId, (event) => event.workflowExecutionUpdateCompletedEventAttributes);
  const upserts = await indexesOf(sessionId, (event) => event.upsertWorkflowSearchAttributesEventAttributes);
  // The answer to the second result, then the closing; the replay after this test is told the ends of both at once.
  expect(answers.at(-1)).toBeLessThan(upserts.at(-1)!);
});
