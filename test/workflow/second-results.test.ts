import { afterEach, expect, test } from '@jest/globals';
import type { Report } from '../../src/client.js';
import { resultDigest } from '../../src/domain/digest.js';
import { createIntakeStore } from '../../src/store/intake-store.js';
import { createPool } from '../../src/store/pool.js';
import { expectConsistent } from '../support/consistency.js';
import { commandOf, eventually, ManualClient } from '../support/manual-client.js';
import { recordHistory } from '../support/record-history.js';
import { createRig, testStack, type Rig } from '../support/rig.js';

let rig: Rig;
const pool = createPool(testStack().database.roUrl);
afterEach(async () => {
  await rig.end();
  await pool.end();
});

test('a second result by Temporal alone is refused and kept beside the first, by signal and by update', async () => {
  rig = await createRig('second results', { workers: ['session'] });
  const sessionId = await rig.start({ sessionType: 'componentCoding', component: 'Money' });
  const command = await eventually(async () => commandOf(await rig.client.nextCommand(sessionId)), 'a command');
  const first = new ManualClient(rig.example, rig.config.dataDir).carryOut(command);
  await rig.client.submitResult(sessionId, first);
  const second = (message: string): Report => ({
    commandId: command.id,
    result: { status: 'error', failure: { kind: 'agent_failed', message } },
  });
  const accepted = resultDigest(first.result);

  await rig.client.reportResult(sessionId, second('by signal'));
  await rig.client.reportResult(sessionId, second('by signal'));
  const refusal = { code: 'result_conflict', digest: accepted, at: expect.any(String) as unknown };
  await expect(rig.client.submitResult(sessionId, second('by update'))).rejects.toMatchObject({ refusal });

  const kept = await createIntakeStore(pool).listRejected(rig.scope, sessionId);
  expect(kept).toEqual(
    ['by signal', 'by update'].map((message) => ({
      commandId: command.id,
      why: 'conflict',
      digest: resultDigest(second(message).result),
      acceptedDigest: accepted,
      result: second(message).result,
      receivedAt: expect.any(String),
    })),
  );
  expect((await rig.client.sessionState(sessionId)).refused.count).toBe(2);
  expect(await rig.client.submitResult(sessionId, first)).toMatchObject({ duplicate: true });
  await expectConsistent(rig, sessionId);
  await rig.client.cancel(sessionId, { userId: 'tester', reason: 'seen enough' });
  await rig.client.result(sessionId).catch(() => null);
  await recordHistory(rig, sessionId, 'componentCoding.conflict');
});
