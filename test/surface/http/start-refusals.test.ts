import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createSessions } from '../../../src/api/sessions.js';
import { createSessionWatch } from '../../../src/api/watch-sessions.js';
import type { Json } from '../../../src/domain/json.js';
import { createIntakeStore } from '../../../src/store/intake-store.js';
import { createLeaseStore } from '../../../src/store/lease-store.js';
import { createOutputStore } from '../../../src/store/output-store.js';
import { createPool } from '../../../src/store/pool.js';
import { createSessionReader } from '../../../src/store/session-reader.js';
import { runCliHere } from '../../support/cli-here.js';
import { createHttpRig, type HttpRig } from '../../support/http-rig.js';
import { eventually } from '../../support/manual-client.js';

let rig: HttpRig;
beforeAll(async () => {
  rig = await createHttpRig('http-start-refusals', { workers: ['session'] });
});
afterAll(() => rig.end());

const START = { sessionType: 'componentCoding', context: 'Billing', component: 'Money', executorQueue: null };
const start = (change: Record<string, Json> = {}, key = randomUUID() as string) =>
  rig.call('POST', '/v1/sessions', { body: { ...START, ...change }, headers: { 'idempotency-key': key } });

async function startedHere(): Promise<readonly string[]> {
  const ids: string[] = [];
  for await (const { workflowId } of rig.temporal.workflow.list({ query: `TaskQueue = '${rig.config.taskQueue}'` })) {
    ids.push(workflowId);
  }
  return ids;
}

test('a start about what the model has not is refused with the field and what it has; nothing is started, no key is used', async () => {
  const key = randomUUID();
  expect(await start({ context: 'Biling' }, key)).toMatchObject({
    status: 400,
    body: {
      code: 'invalid_input',
      field: 'context',
      detail: `context: "Biling" is not in the project's model`,
      fix: expect.stringMatching(/^use one of "Billing"; or declare it .*specwright project apply/) as unknown,
    },
  });
  expect(await start({ component: 'Monet' }, key)).toMatchObject({
    status: 400,
    body: {
      code: 'invalid_input',
      field: 'component',
      detail: 'component: "Monet" is not in the context Billing',
      fix: expect.stringContaining('"Invoice", "Money", "Receipt"') as unknown,
    },
  });
  const { status, body } = await start({}, key);
  expect(status).toBe(201);
  const ids = await eventually(async () => {
    const seen = await startedHere();
    return seen.length > 0 && seen;
  }, 'the session in the list');
  expect(ids).toEqual([body['sessionId']]);
});

test('a start sent again after its component left the model is the same session, and a new one is refused', async () => {
  const tip = { name: 'Tip', context: 'Billing', type: 'module', description: 'A tip.', priority: 0, dependsOn: [] };
  await rig.applyModel((model) => ({ ...model, components: [...model.components, tip] }));
  const key = randomUUID();
  const first = await start({ component: 'Tip' }, key);
  expect(first.status).toBe(201);
  await rig.applyModel((model) => model, { prune: true });
  expect(await start({ component: 'Tip' }, key)).toMatchObject({ status: 201, body: first.body });
  expect(await start({ component: 'Tip' })).toMatchObject({ status: 400, body: { field: 'component' } });
});

test('the command line says so, too; and a scope that is not set up is sent to "project apply"', async () => {
  const args = ['start', 'componentCoding', 'Billing', '--component', 'Monet'];
  expect(await runCliHere(rig, rig.scope, args)).toMatchObject({
    code: 3,
    stdout: '',
    stderr: expect.stringMatching(/component: "Monet" is not in the context Billing.*use one of "Invoice"/s) as unknown,
  });
  const nobody = { ...rig.scope, userId: randomUUID() };
  expect(await runCliHere(rig, nobody, args)).toMatchObject({
    code: 3,
    stderr: expect.stringMatching(/scope: no such account, project or member.*project apply/s) as unknown,
  });
});

test('with Postgres away a session starts all the same', async () => {
  const pool = createPool('postgres://nobody@127.0.0.1:1/nothing');
  const reader = createSessionReader(pool);
  const sessions = createSessions({
    client: rig.client,
    reader,
    leases: createLeaseStore(pool),
    intake: createIntakeStore(pool),
    outputs: createOutputStore(pool),
    watch: createSessionWatch(reader),
    executorQueue: rig.executorQueue,
    newId: randomUUID,
  });
  const asked = { ...START, sessionType: 'componentCoding', mode: 'manual', onExhausted: 'fail' } as const;
  const { sessionId } = await sessions.start(rig.scope, asked);
  expect(await rig.client.describe(sessionId)).toMatchObject({ status: 'active' });
  await pool.end();
}, 30_000);
