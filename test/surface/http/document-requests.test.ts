import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createPool, type Pool } from '../../../src/store/pool.js';
import { accountState, restingState } from '../../support/account-state.js';
import { checkAnswer, exchange, sendMade } from '../../support/http-checks.js';
import { brokenRequest, type Made, type Plan, planArbitrary, validRequest } from '../../support/http-requests.js';
import { createHttpRig, type HttpRig } from '../../support/http-rig.js';
import { announcedUpload, EMPTY_OUTPUT, openSession, someThings, undecidedSession } from '../../support/http-things.js';
import { KnownValues } from '../../support/known-values.js';
import { type ApiDocument, loadDocument, type Operation } from '../../support/openapi-document.js';
import { testStack } from '../../support/rig.js';

/** Requests of each kind for each operation. */
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 40);
const SEED = Number(process.env['FUZZ_SEED'] ?? Date.now() % 2 ** 31);
const AGAIN = `FUZZ_SEED=${SEED} npm test -- test/surface/http/document-requests.test.ts`;

/**
 * Rules between several parts of a request, or about what is there, which the document has no word for: by these, and only
 * these, a request that fits its schemas may be refused as invalid.
 */
const RULES: Readonly<Record<string, RegExp>> = {
  startSession:
    /^(?:component is (?:needed|not for it)|executorQueue is needed for mode \w+|context: .* is not in the project's model|component: .* is not in the context .*)$/s,
  applyProject:
    /a second time|which no (?:context|component) is called|closes a cycle|is missing$|stands beside|remote |forge|toolchain|rules\[\d+\]|\.name is "/,
  setExecutionMode: /^this mode is not possible here$/,
  decide: /^nothing would be left to deliver$/,
  submitResult: /every output needs its own name|inline bytes|outputs/,
};

let rig: HttpRig;
let pool: Pool;
let document: ApiDocument;
let known: KnownValues;

beforeAll(async () => {
  process.stderr.write(`requests from the document, again with: ${AGAIN}\n`);
  rig = await createHttpRig('http-document', { workers: ['session'] });
  pool = createPool(testStack().database.rwUrl);
  document = await loadDocument(rig.url);
  const keys = (await rig.call('GET', '/v1/keys', { key: rig.admin })).body['items'] as { keyId: string }[];
  known = new KnownValues(document, new Set([rig.scope.userId, ...keys.map(({ keyId }) => keyId)]));
  const { userId: _ours, ...things } = await someThings(rig);
  known.add(things);
  known.add({ context: 'Billing', component: 'Money' }, 'startSession');
  for (let made = 0; made < 4; made += 1) known.add(await undecidedSession(rig), 'decide');
  for (let made = 0; made < 4; made += 1) {
    const session = await openSession(rig);
    known.add(session);
    known.add(session, 'submitResult');
    known.add({ ...session, ...EMPTY_OUTPUT }, 'announceUpload');
    known.add({ uploadId: await announcedUpload(rig, session), 'upload-offset': 0 }, 'appendToUpload');
  }
}, 120_000);
afterAll(async () => {
  await pool.end();
  await rig.end();
}, 120_000);

async function answerTo(operation: Operation, made: Made) {
  const answer = await sendMade(rig.url, rig.admin, made).catch((error: unknown) => {
    throw new Error(`${operation.operationId}: ${String(error)}\n> ${made.method} ${made.path} (${made.what})`);
  });
  checkAnswer(document, operation, made, answer);
  return answer;
}

const settings = { seed: SEED, numRuns: RUNS, endOnFailure: true } as const;

test(`${RUNS} requests to every operation with one thing not as documented: each is refused, and nothing is written`, async () => {
  const before = await restingState(pool, rig.scope);
  for (const operation of document.operations) {
    await fc.assert(
      fc.asyncProperty(planArbitrary(document, operation), async (plan) => {
        const made = brokenRequest(operation, plan, known);
        if (made === null) return;
        const answer = await answerTo(operation, made);
        if (answer.status < 400) throw new Error(`it was taken\n${exchange(operation, made, answer)}`);
      }),
      settings,
    );
    expect([operation.operationId, await accountState(pool, rig.scope)]).toEqual([operation.operationId, before]);
  }
}, 550_000);

test(`${RUNS} requests to every operation as documented: none is refused as invalid, and each operation does its work`, async () => {
  const done = new Set<string>();
  const send = async (operation: Operation, plan: Plan) => {
    const made = validRequest(operation, plan, known);
    const answer = await answerTo(operation, made);
    const detail = (answer.body as { detail?: string } | undefined)?.detail ?? '';
    if ([400, 413, 415].includes(answer.status) && !RULES[operation.operationId]?.test(detail)) {
      throw new Error(`it was refused as invalid\n${exchange(operation, made, answer)}`);
    }
    if (answer.status >= 300) return;
    done.add(operation.operationId);
    known.learn(operation, made.parameters, answer.headers['location'], answer.body);
  };
  const sendAll = async (operations: readonly Operation[], seed: number, numRuns: number) => {
    for (const operation of operations) {
      const property = fc.asyncProperty(planArbitrary(document, operation), (plan) => send(operation, plan));
      await fc.assert(property, { ...settings, seed, numRuns });
    }
  };
  // Twice: what the last operations make is there for the first ones then. What is removed is removed at the end.
  const isRemoval = ({ method }: Operation) => method === 'DELETE';
  const others = document.operations.filter((operation) => !isRemoval(operation));
  for (const seed of [SEED, SEED + 1]) await sendAll(others, seed, Math.ceil(RUNS / 2));
  await sendAll(document.operations.filter(isRemoval), SEED, RUNS);
  const never = document.operations.filter(({ operationId }) => !done.has(operationId));
  expect(never.map(({ operationId }) => operationId)).toEqual([]);
}, 550_000);
