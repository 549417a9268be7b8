import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Scope } from '../../../src/domain/scope.js';
import { createHttpRig, type HttpRig } from '../../support/http-rig.js';
import { eventually } from '../../support/manual-client.js';
import { ask, comparable, type Operation, type Operations, operationsOf } from '../../support/operations.js';
import { canariesIn, idsOf, type Ids, makeTenant, type Tenant } from '../../support/tenants.js';

let rig: HttpRig;
let operations: Operations;
let victim: Tenant;
/** Another account in which project and user have the victim's ids, and another project of the victim's account. */
let strangers: readonly Tenant[];

beforeAll(async () => {
  rig = await createHttpRig('http-isolation', { workers: ['session'] });
  operations = await operationsOf(rig.url);
  const scope: Scope = { accountId: randomUUID(), projectId: randomUUID(), userId: randomUUID() };
  const scopes = [scope, { ...scope, accountId: randomUUID() }, { ...scope, projectId: randomUUID() }];
  const tokens = ['CanaryVictim7Qz', 'CanaryAccount3Kw', 'CanaryProject9Xj'];
  const tenants = await Promise.all(scopes.map((one, at) => makeTenant(rig, one, tokens[at]!)));
  [victim, ...strangers] = tenants as [Tenant, ...Tenant[]];
});
afterAll(() => rig.end());

/** Beside what the document asks for: what makes an operation do more, or wait. */
const VARIANTS: Readonly<Record<string, readonly object[]>> = {
  startSession: [{ context: 'Billing' }],
  listComponents: [{}, { context: 'Billing' }],
  listStories: [{}, { context: 'Billing' }],
  listSessions: [{}, { component: 'Money', limit: 1 }],
  nextCommand: [{}, { after: 0, waitMs: 2_000 }, { after: 1_000, waitMs: 2_000 }],
  listEvents: [{}, { accept: 'text/event-stream' }, { accept: 'text/event-stream', 'last-event-id': '1' }],
  submitResult: [{}, { durable: true }, { lease: 2 }],
};
/** Ids of these are made by who calls, in his own account: they are no way to find what another has. */
const CHOSEN = ['putMember'];

const others = { sessionId: 'parent' };
/** A parent to list children of is a session, too. */
const withAliases = (ids: Ids): Ids => ({ ...ids, [others.sessionId]: ids['sessionId']! });
const unknownIds = (ids: Ids): Ids => Object.fromEntries(Object.keys(ids).map((name) => [name, randomUUID()]));
const isPath = ({ path }: Operation, slot: string): boolean => path.includes(`{${slot}}`);

/** Nothing of the victim is in it: no canary, and no id but those that were sent. */
function expectNothing(text: string, stranger: Tenant, sent: Ids, where: unknown): void {
  const ids = idsOf(victim, stranger.scope).filter((id) => !Object.values(sent).includes(id));
  const found = [...canariesIn(text, victim), ...ids.filter((id) => text.includes(id))];
  expect([where, found]).toEqual([where, []]);
}

test('every canary that was sown can be found: by its own tenant, and by nobody else', async () => {
  const all: string[] = [];
  const paths = ['keys', 'members', 'project', 'contexts', 'components', 'stories', 'rules', 'sessions?limit=200'];
  const { open, deciding, closed } = victim.ids;
  for (const { sessionId } of [open, deciding, closed]) {
    paths.push(...['', '/tree', '/interactions', '/rejected', '/events', '/command'].map((of) => `sessions/${sessionId}${of}`));
  }
  paths.push(`outputs/${open['outputId']}`, `uploads/${open['uploadId']}`);
  for (const path of paths) all.push((await rig.call('GET', `/v1/${path}`, { key: victim.key })).text);
  const text = all.join('\n');
  // Kept, but told to nobody; outputs are told by their ids.
  const untold = /^(account|project|user|idempotency-key|queue|base-branch|(open|first|second)-output)$/;
  expect([...victim.fields].filter((field) => !untold.test(field) && !text.includes(`${victim.token}-${field}`))).toEqual([]);
});
