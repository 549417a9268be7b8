import { afterEach, expect, test } from '@jest/globals';
import { createLeaseStore } from '../../src/store/lease-store.js';
import { createPool } from '../../src/store/pool.js';
import { commandOf, eventually, ManualClient } from '../support/manual-client.js';
import { createRig, testStack, type Rig } from '../support/rig.js';

let rig: Rig;
const pool = createPool(testStack().database.rwUrl);
afterEach(async () => {
  await rig.end();
  await pool.end();
});

test('the worker tells once that a holder is silent; the command is offered again in its first attempt', async () => {
  rig = await createRig('silent holder', { workers: ['session'] });
  const id = await rig.start({ sessionType: 'componentCoding', component: 'Money' });
  const command = await eventually(async () => commandOf(await rig.client.nextCommand(id)), 'a command');
  const leases = createLeaseStore(pool);
  await leases.take(rig.scope, id, command.id, 'ada', 1_000);
  const told = async () =>
    (await rig.reader.events(rig.scope, id, 0, 1_000)).filter(({ type }) => type === 'lease_expired');
  await eventually(async () => (await told()).length > 0, 'the event lease_expired');
  expect(await told()).toMatchObject([{ data: { commandId: command.id, owner: 'ada', failure: 'client_gone' } }]);
  expect(commandOf(await rig.client.nextCommand(id))).toEqual(command);
  expect(await leases.take(rig.scope, id, command.id, 'bert', 60_000)).toMatchObject({ lease: { number: 2 } });
  const report = new ManualClient(rig.example, rig.config.dataDir).carryOut(command);
  await rig.client.submitResult(id, { ...report, lease: 2 });
  expect((await told()).length).toBe(1);
  expect((await rig.reader.get(rig.scope, id))!.attempt).toBe(1);
});
