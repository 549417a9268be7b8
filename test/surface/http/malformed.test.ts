import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createPool, type Pool } from '../../../src/store/pool.js';
import { accountState, restingState } from '../../support/account-state.js';
import { type ApiProcess, startApiProcess } from '../../support/api-process.js';
import { checkAnswer, exchange, sendMade } from '../../support/http-checks.js';
import { brokenBody, type Plan, planArbitrary } from '../../support/http-requests.js';
import { createHttpRig, type HttpRig } from '../../support/http-rig.js';
import { openSession, someThings } from '../../support/http-things.js';
import { KnownValues } from '../../support/known-values.js';
import { type ApiDocument, loadDocument, type Operation } from '../../support/openapi-document.js';
import { testStack } from '../../support/rig.js';

const BODIES = 10_000;
const LANES = 8;
const SEED = Number(process.env['FUZZ_SEED'] ?? Date.now() % 2 ** 31);
/** What one operation is sent at a time; the values are made as they are needed. */
const CHUNK = 50;
/** A process that keeps what it was sent grows by more than a hundred megabytes. */
const MAX_GROWTH_MB = 150;
/** What was sent is not sent back. */
const MAX_ANSWER = 16_000;
const MAX_PEAK_MB = 1_000;

let rig: HttpRig;
let api: ApiProcess;
let pool: Pool;
let document: ApiDocument;
let known: KnownValues;

beforeAll(async () => {
  process.stderr.write(`malformed bodies, again with FUZZ_SEED=${SEED}\n`);
  rig = await createHttpRig('http-malformed', { workers: ['session'] });
  api = await startApiProcess(rig);
  pool = createPool(testStack().database.rwUrl);
  document = await loadDocument(api.url);
  known = new KnownValues(document, new Set([rig.scope.userId]));
  known.add(await someThings(rig));
  for (let made = 0; made < 3; made += 1) known.add(await openSession(rig));
}, 120_000);
afterAll(async () => {
  await pool.end();
  await api.end();
  await rig.end();
}, 120_000);

async function refused(operation: Operation, plan: Plan): Promise<number> {
  const made = brokenBody(operation, plan, known);
  const answer = await sendMade(api.url, rig.admin, made).catch((error: unknown) => {
    throw new Error(`${operation.operationId}: ${String(error)} (${made.what})`);
  });
  checkAnswer(document, operation, made, answer);
  if (answer.status < 400) throw new Error(`it was taken\n${exchange(operation, made, answer)}`);
  if (answer.text.length > MAX_ANSWER) throw new Error(`a long answer\n${exchange(operation, made, answer)}`);
  return answer.status;
}

/** Every operation with a body in turn, a chunk each, until there are enough. */
function chunks(operations: readonly Operation[]): readonly { readonly operation: Operation; readonly seed: number }[] {
  return Array.from({ length: BODIES / CHUNK }, (_, index) => {
    return { operation: operations[index % operations.length]!, seed: SEED + index };
  });
}

test(`${BODIES} malformed bodies to all operations that read one: each is refused, nothing is written, and the server is as before`, async () => {
  const operations = document.operations.filter(({ requestBody }) => requestBody !== undefined);
  const before = await restingState(pool, rig.scope);
  const left = [...chunks(operations)];
  const seen = new Map<number, number>();
  let warmMb: number | null = null;
  const lane = async (): Promise<void> => {
    for (let next = left.pop(); next !== undefined; next = left.pop()) {
      const { operation, seed } = next;
      for (const plan of fc.sample(planArbitrary(document, operation), { seed, numRuns: CHUNK })) {
        const status = await refused(operation, plan);
        seen.set(status, (seen.get(status) ?? 0) + 1);
      }
      // After a third, buffers and compiled code are what they will be.
      if (warmMb === null && left.length * 3 < (BODIES / CHUNK) * 2) warmMb = api.memory().nowMb;
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));

  expect([...seen.values()].reduce((sum, count) => sum + count, 0)).toBe(BODIES);
  expect([...seen.keys()].sort()).toEqual([400, 404, 413, 415].filter((status) => seen.has(status)));
  expect(operations.length).toBeGreaterThanOrEqual(12);
  expect(await accountState(pool, rig.scope)).toEqual(before);
  const { nowMb, peakMb } = api.memory();
  process.stderr.write(`memory: ${warmMb} → ${nowMb} MB, at most ${peakMb} MB; ${JSON.stringify([...seen])}\n`);
  expect(nowMb - warmMb!).toBeLessThan(MAX_GROWTH_MB);
  expect(peakMb).toBeLessThan(MAX_PEAK_MB);
  const fresh = await openSession(rig);
  const answer = await fetch(`${api.url}/v1/sessions/${fresh.sessionId}/results`, {
    method: 'POST',
    headers: { authorization: `Bearer ${rig.developer}`, 'content-type': 'application/json' },
    body: JSON.stringify({ commandId: fresh.commandId, result: { status: 'warning' } }),
  });
  expect([answer.status, await answer.json()]).toMatchObject([200, { accepted: true }]);
}, 550_000);

test('too much, of the wrong kind, and of no kind', async () => {
  const path = '/v1/sessions/any/results';
  const large = await rig.call('POST', path, { body: JSON.stringify({ x: 'y'.repeat(1_100_000) }) });
  expect(large).toMatchObject({
    status: 413,
    body: { code: 'payload_too_large', requestId: expect.any(String) as unknown },
  });
  for (const type of [
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/xml',
  ]) {
    const answer = await rig.call('POST', path, { body: 'x', headers: { 'content-type': type } });
    expect([type, answer.status, answer.body['code']]).toEqual([type, 415, 'unsupported_media_type']);
  }
  const none = await rig.call('POST', path);
  expect(none).toMatchObject({ status: 400, body: { code: 'invalid_request', in: 'body' } });
  const latin = await rig.call('POST', path, {
    body: new Uint8Array([0x22, 0xe9, 0x22]),
    headers: { 'content-type': 'application/json' },
  });
  expect(latin).toMatchObject({ status: 400, body: { detail: 'the body is not well-formed JSON in UTF-8' } });
  const id = await rig.call('GET', '/v1/me', { headers: { 'x-request-id': 'a b\tc' } });
  expect(id.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
});
