import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import type { Report } from '../../src/client.js';
import { runCliHere } from '../support/cli-here.js';
import { turnsOf } from '../support/consistency.js';
import { type Hands, overCli, overClient, overHttp, overMcp } from '../support/hands.js';
import { expireLease } from '../support/hold-rows.js';
import { createHttpRig, type HttpRig } from '../support/http-rig.js';
import { commandOf, eventually, ManualClient } from '../support/manual-client.js';

jest.setTimeout(120_000);

const DAY_MS = 24 * 3_600_000;

let rig: HttpRig;
let id: string;
let report: Report;
let person: Hands;
let agent: Awaited<ReturnType<typeof overMcp>>;

beforeEach(async () => {
  rig = await createHttpRig('lease expiry', { workers: ['session'] });
  [person, agent] = [overHttp(rig, 'person'), await overMcp(rig, 'agent')];
  id = await rig.start({ sessionType: 'componentCoding', component: 'Money', bounds: { initialize: 1 } });
  const command = await eventually(async () => commandOf(await rig.client.nextCommand(id)), 'a command');
  report = new ManualClient(rig.example, rig.config.dataDir).carryOut(command);
});
afterEach(async () => {
  await agent.close();
  await rig.end();
});

const lease = (method: string, body: object) =>
  rig.call(method, `/v1/sessions/${id}/lease`, { body: { commandId: report.commandId, ...body } });
const expires = (body: object) => Date.parse(String((body as { expiresAt: string }).expiresAt));
const stale = { status: 409, body: { code: 'stale_lease', field: 'number' } };

test('a lease lasts as long as heartbeats say, by the clock of Postgres and no other', async () => {
  const taken = await lease('POST', { owner: 'person', ttlMs: 60_000 });
  const kept = await lease('PUT', { number: 1, ttlMs: 600_000 });
  expect(kept).toMatchObject({ status: 200, body: { number: 1, owner: 'person' } });
  expect(expires(kept.body) - expires(taken.body)).toBeGreaterThan(500_000);
  // Whoever holds it may take it again: that is a heartbeat, too.
  expect(await person.takes(id, report.commandId)).toBe(1);
  const real = Date.now;
  const clock = jest.spyOn(Date, 'now').mockImplementation(() => real() + DAY_MS);
  try {
    expect(await lease('POST', { owner: 'other', ttlMs: 60_000 })).toMatchObject({
      status: 409,
      body: { code: 'lease_held' },
    });
    expect((await lease('PUT', { number: 1, ttlMs: 600_000 })).status).toBe(200);
  } finally {
    clock.mockRestore();
  }
  await expireLease(rig, id, report.commandId);
  expect(await lease('PUT', { number: 1, ttlMs: 600_000 })).toMatchObject(stale);
  // Nobody else began: the work counts.
  expect(await person.reports(id, { ...report, lease: 1 })).toBe('accepted');
  expect(await turnsOf(rig, id)).toContain('Initialize ok');
});

test('what ran out is taken over without spending an attempt, and its number is refused by every surface', async () => {
  expect(await person.takes(id, report.commandId)).toBe(1);
  await expireLease(rig, id, report.commandId);
  expect(await agent.takes(id, report.commandId)).toBe(2);
  const before = await rig.client.sessionState(id);
  const late = { ...report, lease: 1 };
  const surfaces = [person, overCli(rig, 'script'), overClient(rig, 'ide'), { ...agent, name: 'mcp' }];
  for (const one of surfaces) expect([one.name, await one.reports(id, late)]).toEqual([one.name, 'stale_lease']);
  expect(await lease('PUT', { number: 1, ttlMs: 60_000 })).toMatchObject(stale);
  const released = `/v1/sessions/${id}/lease?commandId=${report.commandId}&number=1`;
  expect((await rig.call('DELETE', released)).status).toBe(204);
  expect(await person.takes(id, report.commandId)).toBe('lease_held');
  // What nobody waits for is refused where it arrives, and counted there.
  const refused = async () => (await rig.client.sessionState(id)).refused.count;
  const count = await refused();
  const handOver = [
    () => rig.call('POST', `/v1/sessions/${id}/results?durable=true`, { body: late }),
    () => runCliHere(rig, rig.scope, ['report', id, '-f', 'report.json', '--signal'], JSON.stringify(late)),
    () => rig.client.reportResult(id, late),
  ];
  for (const [at, send] of handOver.entries()) {
    await send();
    await eventually(async () => (await refused()) === count + at + 1, 'the refusal');
  }
  const { seq, counts, openCommandId, refused: all } = await rig.client.sessionState(id);
  expect({ seq, counts, openCommandId }).toEqual({
    seq: before.seq,
    counts: before.counts,
    openCommandId: report.commandId,
  });
  expect(JSON.stringify(all.last)).toContain('stale_lease');
  expect(await agent.reports(id, { ...report, lease: 2 })).toBe('accepted');
  expect((await turnsOf(rig, id))[0]).toBe('Initialize ok');
});
