import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Next } from '../../../src/client.js';
import { countStatements } from '../../support/count-statements.js';
import { createHttpRig, type HttpRig } from '../../support/http-rig.js';
import { commandOf, eventually } from '../../support/manual-client.js';
import { McpPerson } from '../../support/mcp-client.js';

const SESSIONS = 4;
/** Of each kind: event streams, waits over HTTP, waits over MCP. */
const WAITERS = 30;
const WINDOW_MS = 1_000;
/** A round every 50 ms at most, of BEGIN, the read and COMMIT. */
const MOST_PER_WINDOW = 3 * (WINDOW_MS / 50 + 1);

let rig: HttpRig;
const statements = countStatements('sw_ro');
beforeAll(async () => {
  rig = await createHttpRig('http-waiting', { workers: ['session'], reconcileEveryMs: null });
});
afterAll(async () => {
  statements.stop();
  await rig.end();
});

async function start(): Promise<{ sessionId: string; commandId: string }> {
  const body = { sessionType: 'componentCoding', context: 'Billing', component: 'Money', executorQueue: null };
  const sessionId = (await rig.call('POST', '/v1/sessions', { body })).body['sessionId'] as string;
  const commandId = await eventually(async () => {
    const { body: answer } = await rig.call('GET', `/v1/sessions/${sessionId}/command`);
    return commandOf(answer['next'] as Next).id;
  }, 'a command');
  return { sessionId, commandId };
}

async function perWindow(): Promise<number> {
  statements.clear();
  await new Promise((resolve) => setTimeout(resolve, WINDOW_MS));
  return statements.names.length;
}

/** Everybody who waits in one of these ways, all of whom are woken by the next event of their session. */
async function waitFor(sessionIds: readonly string[], signal: AbortSignal): Promise<readonly Promise<string>[]> {
  const url = new URL('/mcp', rig.url);
  const cursors = await Promise.all(
    sessionIds.map(async (id) => (await rig.call('GET', `/v1/sessions/${id}`)).body['revision'] as number),
  );
  const people = await Promise.all(sessionIds.map(() => McpPerson.over(url, rig.viewer)));
  const headers = { authorization: `Bearer ${rig.viewer}`, accept: 'text/event-stream' };
  return Array.from({ length: WAITERS }, (_one, index) => index % sessionIds.length).flatMap((at) => {
    const [sessionId, cursor] = [sessionIds[at]!, cursors[at]!];
    const path = `${rig.url}/v1/sessions/${sessionId}`;
    return [
      fetch(`${path}/events?after=${cursor}`, { headers, signal }).then((response) => upToEvent(response)),
      fetch(`${path}/command?after=${cursor}&waitMs=20000`, { headers, signal }).then((response) => response.text()),
      people[at]!.call('next_command', { sessionId, cursor, waitSeconds: 20 }).then(({ text }) => text),
    ];
  });
}

async function upToEvent(response: Response): Promise<string> {
  let text = '';
  for await (const chunk of response.body!) {
    text += new TextDecoder().decode(chunk as Uint8Array);
    if (text.includes('data: ')) break;
  }
  return text;
}

test('ninety who wait for four sessions, in three ways, cost as few statements as one, and share the read of what moved', async () => {
  const sessions = await Promise.all(Array.from({ length: SESSIONS }, start));
  const gone = new AbortController();
  const waits = await waitFor(
    sessions.map(({ sessionId }) => sessionId),
    gone.signal,
  );
  const woken = Promise.all(waits);
  woken.catch(() => undefined);
  // Until all of them have come; who polls for himself never comes to rest.
  await eventually(async () => {
    const count = await perWindow();
    return count > 0 && count <= MOST_PER_WINDOW;
  }, 'rest');
  expect(await perWindow()).toBeLessThanOrEqual(MOST_PER_WINDOW);

  statements.clear();
  for (const { sessionId, commandId } of sessions) {
    const body = { commandId, owner: 'somebody', ttlMs: 60_000 };
    expect(await rig.call('POST', `/v1/sessions/${sessionId}/lease`, { body })).toMatchObject({ status: 200 });
  }
  const texts = await woken;
  expect(texts).toHaveLength(3 * WAITERS);
  const reads = statements.names.filter((name) => name === 'session_events').length;
  expect(reads).toBeGreaterThanOrEqual(SESSIONS);
  // A heavily loaded process may wake the readers of one session in more than one go, but never one by one.
  expect(reads).toBeLessThanOrEqual(2 * SESSIONS);
  gone.abort();
});

test('thirty streams with a key each are asked about together', async () => {
  const { sessionId } = await start();
  const gone = new AbortController();
  const keys = await Promise.all(Array.from({ length: WAITERS }, () => rig.keyOf('viewer')));
  const open = async ({ key }: { key: string }) => {
    const headers = { authorization: `Bearer ${key}`, accept: 'text/event-stream' };
    return (await fetch(`${rig.url}/v1/sessions/${sessionId}/events`, { headers, signal: gone.signal })).status;
  };
  expect(new Set(await Promise.all(keys.map(open)))).toEqual(new Set([200]));
  const asked = countStatements('sw_rw');
  await eventually(async () => asked.names.includes('callers_of_keys'), 'a look');
  asked.clear();
  // A round every two seconds.
  await new Promise((resolve) => setTimeout(resolve, 5_000));
  asked.stop();
  expect(asked.names.filter((name) => name === 'callers_of_keys').length).toBeLessThanOrEqual(4);
  gone.abort();
});

test('when those who waited are gone, or their session is closed, nobody asks any more', async () => {
  const { sessionId } = await start();
  const path = `/v1/sessions/${sessionId}`;
  const { body } = await rig.call('GET', path);
  const cursor = body['revision'] as number;
  const gone = new AbortController();
  const headers = { authorization: `Bearer ${rig.viewer}`, accept: 'text/event-stream' };
  const person = await McpPerson.over(new URL('/mcp', rig.url), rig.viewer);
  const waits = [
    fetch(`${rig.url}${path}/events?after=${cursor}`, { headers, signal: gone.signal }),
    fetch(`${rig.url}${path}/command?after=${cursor}&waitMs=20000`, { headers, signal: gone.signal }),
    person.call('next_command', { sessionId, cursor, waitSeconds: 20 }),
  ];
  for (const wait of waits) wait.catch(() => undefined);
  await eventually(async () => (await perWindow()) > 0, 'the waits');
  gone.abort();
  await person.client.close();
  // Sooner than the waits would end by themselves.
  await eventually(async () => (await perWindow()) === 0, 'silence', 12);

  await rig.call('POST', `${path}/cancel`, { body: { reason: 'enough' } });
  const closed = await eventually(async () => {
    const { body: now } = await rig.call('GET', path);
    return now['status'] === 'cancelled' ? (now['revision'] as number) : null;
  }, 'the end');
  const began = Date.now();
  const answer = await rig.call('GET', `${path}/command?after=${closed}&waitMs=20000`);
  expect(answer.body['next']).toEqual({ kind: 'done', status: 'cancelled' });
  expect(Date.now() - began).toBeLessThan(15_000);
});
