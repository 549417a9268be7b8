import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, expect, test } from '@jest/globals';
import type { Report } from '../../src/client.js';
import { holdRow } from '../support/hold-rows.js';
import { commandOf, eventually, ManualClient } from '../support/manual-client.js';
import { createRig, type Rig } from '../support/rig.js';

let rig: Rig;
afterEach(() => rig.end());

const by = { userId: 'ops', reason: 'enough' };
/** Longer than the local attempt of an activity: the session is on its slow path then. */
const SLOW_MS = 3_500;

async function atInitialize(bounds: object = {}): Promise<{ id: string; report: Report }> {
  const id = await rig.start({ sessionType: 'componentCoding', component: 'Money', bounds });
  const open = await eventually(async () => commandOf(await rig.client.nextCommand(id)), 'Initialize');
  return { id, report: new ManualClient(rig.example, rig.config.dataDir).carryOut(open) };
}

const ended = (id: string) =>
  eventually(async () => (await rig.client.describe(id)).status !== 'active', 'the end', 30);

test('a cancellation that comes while a session is closing changes nothing: one terminal status everywhere', async () => {
  rig = await createRig('cancel while closing', { workers: ['session'] });
  const { id, report } = await atInitialize({ initialize: 1 });
  const failing: Report = { ...report, result: { status: 'error', failure: { kind: 'agent_failed', message: 'no' } } };
  await holdRow(rig, id, async () => {
    await rig.client.reportResult(id, failing);
    await pause(SLOW_MS);
    await rig.client.cancel(id, by);
    await pause(500);
  });
  await ended(id);
  const row = (await rig.reader.get(rig.scope, id))!;
  expect(row.status).toBe((await rig.client.describe(id)).status);
  expect(row.interactions[0]!.status).toBe('error');
});

test('a report accepted before a cancellation is judged and answered', async () => {
  rig = await createRig('cancel while judging', { workers: ['session'] });
  const { id, report } = await atInitialize();
  let answer: Promise<unknown> = Promise.resolve();
  await holdRow(rig, id, async () => {
    answer = rig.client.submitResult(id, report);
    await pause(SLOW_MS);
    await rig.client.cancel(id, by);
    await pause(500);
  });
  expect(await answer).toEqual({ accepted: true, duplicate: false, next: { kind: 'done', status: 'cancelled' } });
  await ended(id);
  const { status, interactions } = (await rig.reader.get(rig.scope, id))!;
  expect([status, interactions[0]!.status]).toEqual(['cancelled', 'ok']);
});

test('a report that comes while a cancelled session closes is refused, and a signal is counted as refused', async () => {
  rig = await createRig('report while closing', { workers: ['session'] });
  const { id, report } = await atInitialize();
  let answer: Promise<unknown> = Promise.resolve();
  await holdRow(rig, id, async () => {
    await rig.client.cancel(id, by);
    await pause(SLOW_MS);
    await rig.client.reportResult(id, report);
    answer = rig.client.submitResult(id, report).catch((error: unknown) => error);
    await pause(1_000);
  });
  expect(await answer).toMatchObject({
    refusal: { code: expect.stringMatching(/session_closed|unknown_interaction/) as unknown },
  });
  await ended(id);
  expect((await rig.client.sessionState(id)).refused.count).toBe(1);
  expect((await rig.reader.get(rig.scope, id))!.interactions[0]!.status).toBe('superseded');
});
