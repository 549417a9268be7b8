import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Json } from '../../src/domain/json.js';
import type { Output, Result } from '../../src/domain/result.js';
import type { JudgeInput } from '../../src/ports/progress-store.js';
import { MAX_CHUNK_BYTES } from '../../src/store/output-store.js';
import { withScope } from '../../src/store/with-scope.js';
import { type Database, startDatabase } from './database.js';
import { builds, draft, following, newScope, opening, passes, report, startOf, withForeigners } from './sessions.js';

let db: Database;
beforeAll(async () => {
  db = await startDatabase();
});
afterAll(() => db.stop());

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

test('inline outputs are kept byte for byte, judged, and become references; foreign references are missing', async () => {
  const { outputId, foreigners } = await withForeigners(db);
  const scope = foreigners[0]!;
  const input = opening(scope);
  await db.progress.openInteraction(input, builds());
  const bytes = Buffer.from([0, 255, 13, 10, 0xed, 0xa0, 0x80]);
  const writer = await db.outputs.open(scope, input.sessionId, input.commandId, 'big');
  await writer.write(bytes);
  const mine = await writer.finish();
  const outputs: Output[] = [
    { name: 'text', text: 'a\r\nä\u0001' },
    { name: 'raw', base64: bytes.toString('base64') },
    { name: 'none', text: '' },
    { name: 'mine', ref: mine },
    { name: 'lied', ref: { ...mine, sha256: sha256(Buffer.from('other')) } },
    { name: 'foreign', ref: { id: outputId, sha256: sha256(Buffer.from('secret')), bytes: 6 } },
  ];
  let seen: JudgeInput | null = null;
  await db.progress.completeInteraction(
    report(input, { status: 'ok', outputs }),
    (given) => ((seen = given), passes()),
  );
  expect(
    Object.fromEntries([...seen!.outputs].map(([name, value]) => [name, Buffer.from(value).toString('latin1')])),
  ).toEqual({
    text: Buffer.from('a\r\nä\u0001').toString('latin1'),
    raw: bytes.toString('latin1'),
    none: '',
    mine: bytes.toString('latin1'),
  });
  const stored = (await db.reader.get(scope, input.sessionId))!.interactions[0]!.result!.outputs!;
  expect(stored.every((output) => 'ref' in output)).toBe(true);
  const refs = Object.fromEntries(stored.map((output) => [output.name, 'ref' in output ? output.ref : null]));
  expect(await db.outputs.read(scope, refs['raw']!.id)).toEqual(bytes);
  expect(refs['raw']).toMatchObject({ sha256: sha256(bytes), bytes: bytes.length });
  expect(await db.outputs.read(scope, refs['none']!.id)).toHaveLength(0);
});

test('of large outputs as many are judged as can be read at once, in the order of the report; the report is answered', async () => {
  const scope = await newScope(db);
  const input = opening(scope);
  await db.progress.openInteraction(input, builds());
  const outputs: Output[] = [];
  for (const [name, mebibytes] of Object.entries({ huge: 9, first: 7, small: 1, second: 7, third: 7 })) {
    const writer = await db.outputs.open(scope, input.sessionId, input.commandId, name);
    for (let n = 0; n < mebibytes; n += 1) await writer.write(randomBytes(1024 * 1024));
    outputs.push({ name, ref: await writer.finish() });
  }
  let seen: JudgeInput | null = null;
  const judge = (given: JudgeInput) => ((seen = given), passes());
  expect(await db.progress.completeInteraction(report(input, { status: 'ok', outputs }), judge)).toMatchObject({
    verdict: { status: 'ok' },
  });
  expect([...seen!.outputs.keys()]).toEqual(['first', 'small', 'second']);
});

test('a streamed output is cut into chunks, hashed over all of it, and unreadable until it is finished', async () => {
  const { scope, input } = await withForeigners(db);
  const all = randomBytes(MAX_CHUNK_BYTES * 2 + 77_777);
  const writer = await db.outputs.open(scope, input.sessionId, input.commandId, 'stream');
  const cuts = [0, 1, 70_000, 70_001, 600_000, all.length];
  await Promise.all(cuts.slice(1).map((end, n) => writer.write(all.subarray(cuts[n], end))));
  const { rows } = await withScope(db.ro, scope, async (tx) => ({
    rows: await tx.query<{ id: string }>({ text: 'SELECT output_id AS id FROM outputs WHERE finished_at IS NULL' }, []),
  }));
  expect(await db.outputs.read(scope, rows[0]!.id)).toBeNull();
  const ref = await writer.finish();
  expect(ref).toEqual({ id: rows[0]!.id, sha256: sha256(all), bytes: all.length });
  expect(Buffer.compare((await db.outputs.read(scope, ref.id))!, all)).toBe(0);
  const sizes = await withScope(db.ro, scope, (tx) =>
    tx.query({ text: 'SELECT octet_length(content) AS n FROM output_chunks WHERE output_id = $1 ORDER BY number' }, [
      ref.id,
    ]),
  );
  expect(sizes).toEqual([{ n: MAX_CHUNK_BYTES }, { n: MAX_CHUNK_BYTES }, { n: 77_777 }]);
});

test('a result Postgres cannot hold becomes a verdict that says where, and nothing of it is stored', async () => {
  const scope = await newScope(db);
  const deep = JSON.parse('['.repeat(70) + ']'.repeat(70)) as Json;
  const hostile: [Result, RegExp][] = [
    [{ status: 'ok', data: { note: 'a\u0000b' } }, /result\.data\.note contains U\+0000/],
    [{ status: 'ok', data: { '\ud800': 1 } }, /key that contains a lone surrogate/],
    [{ status: 'ok', data: { deep } }, /nested deeper/],
    [{ status: 'ok', outputs: [{ name: 'x', base64: 'not base64!' }] }, /outputs\[0\]\.base64 is not base64/],
    [{ status: 'ok', outputs: [{ name: 'x', text: 'x'.repeat(65 * 1024) }] }, /more than 65536/],
  ];
  for (const [result, message] of hostile) {
    const input = opening(scope);
    await db.progress.openInteraction(input, builds());
    const answer = await db.progress.completeInteraction(report(input, result), passes);
    expect(answer).toMatchObject({
      verdict: { status: 'error', failure: { kind: 'invalid_output', message: expect.stringMatching(message) } },
    });
    expect((await db.reader.get(scope, input.sessionId))!.interactions).toMatchObject([
      { status: 'error', result: null },
    ]);
  }
});

test('a value only Postgres refuses is answered as a verdict too, and hostile text comes back as it went in', async () => {
  const scope = await newScope(db);
  const text = `'; DROP TABLE x; -- $(reboot) \\ " \u2028 \u202e 𝒳 %s {}`;
  const input = opening(scope);
  await db.progress.openInteraction(input, builds(draft(text)));
  // No result status, as only a forged report could carry it past the edge: a CHECK refuses it.
  const forged = () => ({ status: 'won' as 'ok', patch: {} });
  expect(await db.progress.completeInteraction(report(input, { status: 'ok', data: { text } }), forged)).toMatchObject({
    verdict: { status: 'error', failure: { kind: 'invalid_output' } },
  });
  const good = following(input, 'Initialize');
  await db.progress.openInteraction(good, builds(draft(text)));
  await db.progress.completeInteraction(report(good, { status: 'ok', data: { [text]: text } }), () => ({
    status: 'error',
    failure: { kind: 'tests_failed', message: `${text}\u0000` },
    patch: {},
  }));
  const row = (await db.reader.get(scope, input.sessionId))!.interactions[1]!;
  expect([row.command?.title, row.result?.data, row.failure?.message]).toEqual([
    text,
    { [text]: text },
    `${text}\uFFFD`,
  ]);
  expect(await db.progress.openInteraction(following(good, 'Initialize'), builds(draft('a\u0000')))).toMatchObject({
    kind: 'unbuildable',
    failure: { kind: 'invalid_output' },
  });
});

test('the list filters, goes on from its cursor without a gap, and gives nothing for what cannot be', async () => {
  const scope = await newScope(db);
  const ids: string[] = [];
  for (let n = 0; n < 7; n += 1) {
    const input = opening(scope, n < 2 ? { start: startOf(scope, { component: 'Billing.Tax' }) } : {});
    await db.progress.openInteraction(input, builds());
    ids.unshift(input.sessionId);
  }
  await db.progress.closeSession({ scope, sessionId: ids[0]!, status: 'complete', failure: null });
  let page = await db.reader.list(scope, {}, { limit: 3 });
  const seen = page.items.map(({ sessionId }) => sessionId);
  while (page.cursor !== null) {
    page = await db.reader.list(scope, {}, { limit: 3, cursor: page.cursor });
    seen.push(...page.items.map(({ sessionId }) => sessionId));
  }
  expect(seen).toEqual(ids);
  const count = async (filter: Parameters<typeof db.reader.list>[1]) =>
    (await db.reader.list(scope, filter, { limit: 50 })).items.length;
  expect(
    await count({
      status: 'active',
      type: 'componentCoding',
      context: 'Billing',
      waitingOn: 'client',
      parentSessionId: null,
    }),
  ).toBe(6);
  expect(await count({ component: 'Billing.Tax' })).toBe(2);
  const middle = (await db.reader.get(scope, ids[3]!))!.createdAt;
  expect([await count({ createdAfter: middle }), await count({ createdBefore: middle })]).toEqual([3, 3]);
  expect(
    await Promise.all([
      count({ parentSessionId: ids[0]! }),
      count({ createdAfter: 'soon' }),
      count({ component: '\u0000' }),
    ]),
  ).toEqual([0, 0, 0]);
  expect(await db.reader.list(scope, {}, { limit: 3, cursor: 'forged' })).toEqual({ items: [], cursor: null });
});
