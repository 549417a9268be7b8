import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { checkReport } from '../../src/domain/report-guard.js';
import { MAX_INLINE_OUTPUT_BYTES } from '../../src/domain/result.js';
import { startMisfit } from '../../src/domain/start-guard.js';
import { decisionSchema, reportSchema, startInputSchema } from '../../src/schemas/messages.js';
import { everyMutation, FULL_REPORT, FULL_START, mutated, report, startInput } from './arbitraries.js';

const guardTakesReport = (value: unknown) => checkReport(value).ok;
const schemaTakesReport = (value: unknown) => reportSchema.safeParse(value).success;
const schemaTakesStart = (value: unknown) => startInputSchema.safeParse(value).success;
/** The guard also compares with the Workflow Type; here both agree. */
const guardTakesStart = (value: unknown) => {
  const { sessionType } = (value ?? {}) as { sessionType?: unknown };
  return startMisfit(typeof sessionType === 'string' ? sessionType : 'none', 'session-1', value) === null;
};

test('guard and schema accept every well-formed report, and the schema changes nothing in it', () => {
  fc.assert(
    fc.property(report, (value) => {
      expect(checkReport(value)).toEqual({ ok: true, report: value });
      expect(reportSchema.parse(value)).toEqual(value);
    }),
  );
});

test('guard and schema judge every mutation of a report alike', () => {
  const seen = { taken: 0, refused: 0 };
  const compare = (value: unknown) => {
    const isTaken = guardTakesReport(value);
    seen[isTaken ? 'taken' : 'refused'] += 1;
    expect({ value, isTaken: schemaTakesReport(value) }).toEqual({ value, isTaken });
  };
  for (const value of everyMutation(FULL_REPORT)) compare(value);
  fc.assert(fc.property(mutated(report), compare), { numRuns: 1000 });
  expect(Math.min(seen.taken, seen.refused)).toBeGreaterThan(200);
});

test('guard and schema judge start inputs and their mutations alike', () => {
  fc.assert(fc.property(startInput, (value) => guardTakesStart(value) && schemaTakesStart(value)));
  const compare = (value: unknown) =>
    expect({ value, isTaken: schemaTakesStart(value) }).toEqual({ value, isTaken: guardTakesStart(value) });
  for (const value of everyMutation(FULL_START)) compare(value);
  fc.assert(fc.property(mutated(startInput), compare), { numRuns: 1000 });
});

test('a key __proto__ stays where it is, so that the digest does not depend on the way in', () => {
  const value: unknown = JSON.parse('{"commandId":"c","result":{"status":"ok","data":{"__proto__":1}}}');
  expect(JSON.stringify(reportSchema.parse(value))).toBe(JSON.stringify(value));
});

const sized = (content: object) => ({ commandId: 'c', result: { status: 'ok', ...content } });
const filler = (bytes: number) => 'x'.repeat(bytes);
const deep = (levels: number): unknown => (levels === 0 ? {} : { in: deep(levels - 1) });
const base64 = (bytes: number) => Buffer.alloc(bytes).toString('base64');

test.each<[string, (n: number) => object, number]>([
  ['data', (n) => ({ data: { a: filler(n - 8) } }), 64 * 1024],
  ['data in bytes, not characters', (n) => ({ data: { a: `Ä${filler(n - 10)}` } }), 64 * 1024],
  ['text outputs', (n) => ({ outputs: [{ name: 'a', text: filler(n) }] }), MAX_INLINE_OUTPUT_BYTES],
  ['base64 outputs', (n) => ({ outputs: [{ name: 'a', base64: base64(n) }] }), MAX_INLINE_OUTPUT_BYTES],
  [
    'two outputs together',
    (n) => ({ outputs: [filler(9), filler(n - 9)].map((text, i) => ({ name: `${i}`, text })) }),
    MAX_INLINE_OUTPUT_BYTES,
  ],
  ['a failure message', (n) => ({ failure: { kind: 'stuck', message: filler(n) } }), 4096],
  [
    'files of evidence',
    (n) => ({ evidence: { files: Array(n).fill({ path: 'a', sha256: filler(0).padEnd(64, 'a'), bytes: 1 }) } }),
    1000,
  ],
  ['depth', (n) => ({ data: deep(n - 2) }), 64],
])('the limit of %s is exact, in the guard and in the schema', (_what, make, limit) => {
  for (const taken of [guardTakesReport, schemaTakesReport]) {
    expect(taken(sized(make(limit)))).toBe(true);
    expect(taken(sized(make(limit + 1)))).toBe(false);
  }
});

test('a decision needs an action, a user and a reason, and nothing else', () => {
  const decision = { action: 'retry', userId: 'u', reason: 'the registry is back' };
  expect(decisionSchema.parse(decision)).toEqual(decision);
  for (const wrong of [{ action: 'waive' }, { reason: '' }, { userId: '\u0000' }, { component: 'x' }]) {
    expect(decisionSchema.safeParse({ ...decision, ...wrong }).success).toBe(false);
  }
});
