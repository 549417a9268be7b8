import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Scope } from '../../../src/domain/scope.js';
import { createHttpRig, type HttpRig } from '../../support/http-rig.js';
import { eventually } from '../../support/manual-client.js';
import type { Operation } from '../../support/openapi-document.js';
import { ask, comparable, type Operations, operationsOf } from '../../support/operations.js';
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
  createWebhook: [{ url: 'https://hooks.invalid/' }],
  updateWebhook: [{}, { url: 'https://hooks.invalid/', enabled: true }],
  listStuck: [{}, { limit: 1 }],
  listDeliveries: [{}, { status: 'given_up', limit: 1 }],
};
/** Who calls makes up the ids of these: they have a test of their own. */
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
  const paths = 'keys members project contexts components stories rules sessions?limit=200 webhooks'.split(' ');
  const { open, deciding, closed } = victim.ids;
  for (const { sessionId } of [open, deciding, closed]) {
    paths.push(
      ...['', '/tree', '/interactions', '/rejected', '/events', '/command'].map(
        (part) => `sessions/${sessionId}${part}`,
      ),
    );
  }
  paths.push(`outputs/${open['outputId']}`, `uploads/${open['uploadId']}`);
  for (const path of paths) all.push((await rig.call('GET', `/v1/${path}`, { key: victim.key })).text);
  const text = all.join('\n');
  // Kept, but told to nobody; outputs are told by their ids.
  const untold = /^(account|project|user|idempotency-key|queue|base-branch|(open|first|second)-output)$/;
  expect(
    [...victim.fields].filter((field) => !untold.test(field) && !text.includes(`${victim.token}-${field}`)),
  ).toEqual([]);
});

test('every operation with the ids of another tenant answers as it does with unknown ones, and tells nothing of it', async () => {
  let compared = 0;
  for (const stranger of strangers) {
    rig.lines.length = 0;
    for (const operation of operations.all.filter(({ operationId }) => !CHOSEN.includes(operationId))) {
      const own = withAliases(stranger.ids.open);
      for (const state of ['open', 'deciding', 'closed'] as const) {
        const theirs = withAliases(victim.ids[state]);
        for (const slots of replacements(operation, theirs)) {
          for (const given of VARIANTS[operation.operationId] ?? [{}]) {
            await compare(stranger, operation, { own, theirs, slots, given });
            compared += 1;
          }
        }
      }
    }
    expectNothing(rig.lines.join(''), stranger, askedIds(), 'log');
  }
  expect(compared).toBeGreaterThan(150);
});

/** The ids to be another's: all at once, and each alone, beside one's own. */
function replacements(operation: Operation, ids: Ids): readonly (readonly string[])[] {
  const slots = operations.slots(operation, ids);
  return slots.length < 2 ? slots.map((slot) => [slot]) : [slots, ...slots.map((slot) => [slot])];
}

interface Compared {
  readonly own: Ids;
  readonly theirs: Ids;
  readonly slots: readonly string[];
  readonly given: object;
}

async function compare(stranger: Tenant, operation: Operation, { own, theirs, slots, given }: Compared): Promise<void> {
  const pick = (ids: Ids): Ids => Object.fromEntries(slots.map((slot) => [slot, ids[slot]!]));
  const answers: object[] = [];
  for (const ids of [pick(theirs), pick(unknownIds(theirs))]) {
    const request = operations.request(operation, { ...own, ...ids }, given);
    const answer = await ask(rig, stranger.key, { ...request, headers: { ...request.headers, ...headersOf(given) } });
    const where = [operation.operationId, slots, given, answer.status];
    expectNothing([...answer.headers, answer.text].join('\n'), stranger, ids, where);
    const isForeignPath = slots.some((slot) => isPath(operation, slot));
    if (isForeignPath) expect([where, answer.status]).toEqual([where, 404]);
    // Refused for its form it would tell nothing about whose the ids are.
    expect([where, answer.body['code']]).not.toEqual([where, 'invalid_request']);
    answers.push({ operation: operation.operationId, ...comparable(answer, Object.values(ids)) });
  }
  expect(answers[0]).toEqual(answers[1]);
}

const headersOf = (given: object): Record<string, string> =>
  Object.fromEntries(Object.entries(given).filter(([name]) => ['accept', 'last-event-id'].includes(name)));

/** The ids that strangers named, of those that a log has: it tells what was asked for. */
const askedIds = (): Ids =>
  Object.fromEntries(
    Object.values(victim.ids)
      .flatMap(({ sessionId, commandId }) => [sessionId!, commandId!])
      .map((id, at) => [`${at}`, id]),
  );

test('what a tenant is shown without naming anything is its own', async () => {
  let asked = 0;
  for (const stranger of strangers) {
    const project = (await rig.call('GET', '/v1/project', { key: stranger.key })).body;
    for (const operation of operations.all.filter(({ path }) => !path.includes('{'))) {
      for (const given of VARIANTS[operation.operationId] ?? [{}]) {
        const made = operation.operationId === 'applyProject' ? { body: project } : {};
        const request = operations.request(operation, {}, { ...project, ...given });
        const answer = await ask(rig, stranger.key, { ...request, ...made });
        const where = [operation.operationId, given];
        expect([where, answer.status, answer.body['errors']]).toEqual([
          where,
          answer.status < 300 ? answer.status : 200,
          undefined,
        ]);
        expectNothing([...answer.headers, answer.text].join('\n'), stranger, {}, where);
        asked += 1;
      }
    }
    const { sessionId } = stranger.ids.open;
    for (const part of ['', '/tree', '/interactions', '/rejected', '/events', '/command']) {
      const { text } = await rig.call('GET', `/v1/sessions/${sessionId}${part}`, { key: stranger.key });
      expectNothing(text, stranger, {}, part);
      expect(text).not.toContain('"code"');
    }
  }
  expect(asked).toBeGreaterThan(25);
});

test('ids that are made up by who asks are his own: equal members and equal Idempotency-Keys have nothing to do with each other', async () => {
  const { userId } = victim.ids.open;
  const path = `/v1/members/${userId}`;
  const look = async ({ key }: Tenant) => (await rig.call('GET', path, { key })).body;
  const before = await look(victim);
  for (const stranger of strangers) {
    const body = { name: `${stranger.token}-same`, role: 'admin' };
    const put = await rig.call('PUT', path, { key: stranger.key, body });
    expect(put).toMatchObject({ status: 200, body: { userId, ...body } });
    expect(await look(stranger)).toEqual({ userId, ...body });
    expect(await look(victim)).toEqual(before);
    expect((await rig.call('DELETE', path, { key: stranger.key })).status).toBe(204);
    expect(await look(victim)).toEqual(before);
  }
  const all = await rig.call('GET', '/v1/members', { key: victim.key });
  for (const stranger of strangers) expect(canariesIn(all.text, stranger)).toEqual([]);
  // All three were started with the same Idempotency-Key.
  expect(new Set([victim, ...strangers].map(({ ids }) => ids.open['sessionId'])).size).toBe(3);
});

test("an output of another tenant in a report is an unknown one, with its true hash too, and stays its owner's", async () => {
  const { key, ids } = victim;
  const { items } = (await rig.call('GET', `/v1/sessions/${ids.open['sessionId']}/interactions`, { key })).body as {
    items: { result: { outputs?: { ref: { id: string; sha256: string; bytes: number } }[] } | null }[];
  };
  const { ref } = items[0]!.result!.outputs![0]!;
  for (const stranger of strangers) {
    const told: object[] = [];
    for (const id of [ref.id, randomUUID()]) {
      const body = { sessionType: 'componentCoding', context: 'Billing', component: 'Money', executorQueue: null };
      const { sessionId } = (await rig.call('POST', '/v1/sessions', { key: stranger.key, body })).body as Record<
        string,
        string
      >;
      const path = `/v1/sessions/${sessionId}`;
      const { next } = await eventually(async () => {
        const { body: found } = await rig.call('GET', `${path}/command`, { key: stranger.key });
        return (
          (found as { next: { command?: { id: string } } }).next.command &&
          (found as { next: { command: { id: string } } })
        );
      }, 'a command');
      const failure = { kind: 'command_failed', message: 'see the output' };
      const result = { status: 'error', failure, outputs: [{ name: 'log', ref: { ...ref, id } }] };
      const report = { commandId: next.command.id, result };
      const answer = await rig.call('POST', `${path}/results`, { key: stranger.key, body: report });
      const read = await rig.call('GET', `/v1/outputs/${id}`, { key: stranger.key });
      const shown = await rig.call('GET', `${path}/interactions`, { key: stranger.key });
      expectNothing([answer.text, read.text, shown.text].join(), stranger, { id }, 'report');
      told.push([answer, read].map((one) => comparable(one, [id, sessionId!, next.command.id])));
    }
    expect(told[0]).toEqual(told[1]);
  }
});

test('a stream of events has those of its own session, whatever happens meanwhile in another tenant', async () => {
  const [stranger] = strangers as [Tenant, ...Tenant[]];
  const stop = new AbortController();
  let streamed = '';
  const response = await fetch(`${rig.url}/v1/sessions/${stranger.ids.open['sessionId']}/events`, {
    headers: { accept: 'text/event-stream', authorization: `Bearer ${stranger.key}` },
    signal: stop.signal,
  });
  const read = response.body!.pipeTo(
    new WritableStream({ write: (bytes) => void (streamed += Buffer.from(bytes).toString()) }),
  );
  for (const tenant of [victim, stranger]) {
    const { sessionId, commandId } = tenant.ids.open;
    const path = `/v1/sessions/${sessionId}/lease`;
    await rig.call('DELETE', `${path}?commandId=${commandId}&number=1`, { key: tenant.key });
    const body = { commandId, owner: `${tenant.token}-streamed`, ttlMs: 600_000 };
    expect(await rig.call('POST', path, { key: tenant.key, body })).toMatchObject({ status: 200, body: { number: 2 } });
  }
  await eventually(async () => streamed.includes(`${stranger.token}-streamed`), 'its own event');
  stop.abort();
  await read.catch(() => undefined);
  expectNothing([...response.headers, streamed].join('\n'), stranger, {}, 'stream');
});

test('an id of another tenant takes as long as an unknown one, whatever is asked', async () => {
  const [stranger] = strangers as [Tenant, ...Tenant[]];
  for (const { operation, slot } of oneOfEachKind()) {
    const times: Record<'foreign' | 'unknown', number[]> = { foreign: [], unknown: [] };
    for (let call = 0; call < 240; call += 1) {
      // In pairs, each of them in the other order than the one before.
      const kind = [0, 3].includes(call % 4) ? 'foreign' : 'unknown';
      const id = kind === 'foreign' ? victim.ids.open[slot]! : randomUUID();
      const request = operations.request(operation, { ...victim.ids.open, [slot]: id });
      const began = performance.now();
      expect((await ask(rig, stranger.key, request)).status).toBe(404);
      times[kind].push(performance.now() - began);
    }
    const [foreign, unknown] = [median(times.foreign), median(times.unknown)];
    const medians = { operation: operation.operationId, foreign, unknown };
    expect({ ...medians, isClose: foreign <= unknown * 1.5 + 2 && unknown <= foreign * 1.5 + 2 }).toEqual({
      ...medians,
      isClose: true,
    });
  }
}, 120_000);

/** Of every kind of id the first operation, and the one that does most with a session. */
function oneOfEachKind(): readonly { readonly operation: Operation; readonly slot: string }[] {
  const inPath = operations.all.flatMap((operation) =>
    operation.parameters.filter((one) => one.in === 'path').map(({ name }) => ({ operation, slot: name })),
  );
  const usable = inPath.filter(({ operation }) => !CHOSEN.includes(operation.operationId));
  const firsts = new Map(usable.reverse().map((one) => [one.slot, one]));
  return [...firsts.values(), ...usable.filter(({ operation }) => operation.operationId === 'submitResult')];
}

const median = (all: number[]): number => all.sort((a, b) => a - b)[all.length / 2]!;
