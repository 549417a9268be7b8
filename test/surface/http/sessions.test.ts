import { mkdtemp, rm } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Next } from '../../../src/client.js';
import { createHttpRig, type HttpRig } from '../../support/http-rig.js';
import { commandOf, eventually, ManualClient } from '../../support/manual-client.js';

let rig: HttpRig;
let root: string;

beforeAll(async () => {
  root = await mkdtemp('/var/tmp/specwright-http-');
  rig = await createHttpRig('http-sessions', { workers: ['session'] });
});
afterAll(async () => {
  await rig.end();
  await rm(root, { recursive: true, force: true });
});

const START = {
  sessionType: 'componentCoding',
  context: 'Billing',
  component: 'Money',
  executorQueue: null,
  onExhausted: 'fail',
};

async function start(headers: Record<string, string> = {}): Promise<string> {
  const started = await rig.call('POST', '/v1/sessions', { body: START, headers });
  expect(started.status).toBe(201);
  return started.body['sessionId'] as string;
}

async function firstCommand(sessionId: string) {
  return eventually(async () => {
    const { body } = await rig.call('GET', `/v1/sessions/${sessionId}/command`);
    return commandOf(body['next'] as Next);
  }, 'a command');
}

test('a whole manual session runs by HTTP alone: start, take, heartbeat, report, and read what happened', async () => {
  const person = new ManualClient(rig.example, root);
  const sessionId = await start();
  let next: Next = { kind: 'command', command: await firstCommand(sessionId) };
  let turns = 0;
  while (next.kind === 'command') {
    const { command }: { command: { id: string } } = next;
    const held = { commandId: command.id, owner: 'a person', ttlMs: 60_000 };
    const taken = await rig.call('POST', `/v1/sessions/${sessionId}/lease`, { body: held });
    expect(taken).toMatchObject({ status: 200, body: { number: 1, owner: 'a person' } });
    const beat = { commandId: command.id, number: 1, ttlMs: 60_000 };
    expect(await rig.call('PUT', `/v1/sessions/${sessionId}/lease`, { body: beat })).toMatchObject({ status: 200 });
    const other = await rig.call('POST', `/v1/sessions/${sessionId}/lease`, { body: { ...held, owner: 'another' } });
    expect(other).toMatchObject({ status: 409, body: { code: 'lease_held', owner: 'a person', number: 1 } });
    const report = { ...person.carryOut(commandOf(next)), lease: 1 };
    const answer = await rig.call('POST', `/v1/sessions/${sessionId}/results`, { body: report });
    expect(answer).toMatchObject({ status: 200, body: { accepted: true, duplicate: false } });
    const again = await rig.call('POST', `/v1/sessions/${sessionId}/results`, { body: report });
    if (again.status === 200) expect(again.body).toMatchObject({ duplicate: true, next: answer.body['next'] });
    next = answer.body['next'] as Next;
    turns += 1;
  }
  expect(next).toEqual({ kind: 'done', status: 'complete' });
  const shown = await eventually(async () => {
    const one = await rig.call('GET', `/v1/sessions/${sessionId}`, { key: rig.viewer });
    return one.body['status'] === 'complete' && one;
  }, 'the closed row');
  expect(shown.body).toMatchObject({ sessionId, type: 'componentCoding', component: 'Money', waitingOn: null });
  const { items } = (await rig.call('GET', `/v1/sessions/${sessionId}/interactions`)).body as { items: object[] };
  expect(items).toHaveLength(turns);
  const list = await rig.call('GET', '/v1/sessions?status=complete&component=Money&limit=1');
  expect(list.body).toMatchObject({ items: [{ sessionId }], cursor: null });
});
