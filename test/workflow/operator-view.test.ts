import { afterEach, expect, test } from '@jest/globals';
import { commandOf, eventually } from '../support/manual-client.js';
import { createRig, type Rig } from '../support/rig.js';

let rig: Rig;
afterEach(() => rig.end());

test('operators see what a session is, where it stands and what it waits for', async () => {
  rig = await createRig('operator view', { workers: ['session'] });
  const id = await rig.start({ sessionType: 'componentCoding', component: 'Money' });
  await eventually(async () => commandOf(await rig.client.nextCommand(id)), 'Initialize');
  const { staticSummary, memo: _memo } = await rig.temporal.workflow
    .getHandle(id)
    .describe()
    .then(async (description) => ({
      staticSummary: await description.staticSummary(),
      memo: description.memo,
    }));
  expect(staticSummary).toBe('componentCoding · Billing/Money');
  const metadata = await rig.temporal.workflow.getHandle(id).query<{
    currentDetails: string;
    definition: {
      signalDefinitions: { name: string; description: string }[];
      updateDefinitions: { name: string; description: string }[];
    };
  }>('__temporal_workflow_metadata');
  expect(metadata.currentDetails).toContain('| step | Initialize (interaction 1) |');
  expect(metadata.currentDetails).toMatch(/\| waiting on \| client since 20/);
  const decide = metadata.definition.updateDefinitions.find(({ name }) => name === 'decide');
  expect(decide!.description).toContain('"action"');
  const query = `SwAccount = '${rig.scope.accountId}' AND SwWaitingOn = 'client' AND SwSessionType = 'componentCoding' AND SwComponent = 'Billing/Money'`;
  const found = await eventually(
    async () => (await rig.temporal.workflow.count(query)).count === 1,
    'the search attributes',
  );
  expect(found).toBe(true);
});

test('activity types carry the step, and history holds no prompt but for the client who asked', async () => {
  rig = await createRig('history content');
  const id = await rig.start({
    sessionType: 'componentCoding',
    component: 'Money',
    mode: 'agentic',
    executorQueue: rig.executorQueue,
  });
  await rig.client.result(id);
  const { events } = await rig.temporal.workflow.getHandle(id).fetchHistory();
  // Payloads are bytes in the events: read them as the text they hold.
  const json = JSON.stringify(events).replace(/"data":"([^"]*)"/g, (_all, base64: string) =>
    Buffer.from(base64, 'base64').toString('utf8'),
  );
  expect(json).toContain('generateCommand.RunTests');
  expect(json).toContain('validateResult.GenerateImplementation');
  expect(json).toContain('Implement Billing/Money');
  expect(json).not.toContain('so that its tests pass');
  expect(json.length).toBeLessThan(120_000);
});
