import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { canonicalJson, jsonFault } from '../../src/domain/json.js';
import { checkReport } from '../../src/domain/report-guard.js';
import { startMisfit } from '../../src/domain/start-guard.js';

const report = (members: object, result: object = {}) => ({
  commandId: 'c',
  result: { status: 'ok', ...result },
  ...members,
});
const misfitOf = (value: unknown) => {
  const checked = checkReport(value);
  return checked.ok ? null : checked.misfit;
};
const nested = (levels: number): unknown => (levels === 0 ? 1 : [nested(levels - 1)]);

test.each<[string, unknown, RegExp, RegExp]>([
  ['no object', 'ok', /^report$/, /must be an object/],
  ['no command id', { result: { status: 'ok' } }, /^report\.commandId$/, /must be text/],
  ['an unknown status', report({}, { status: 'fine' }), /^result\.status$/, /one of ok, warning, error/],
  ['an unknown key', report({ verdict: 1 }), /^report$/, /unknown key "verdict"/],
  [
    'an unknown key further in',
    report({}, { evidence: { git: { tag: 'v1' } } }),
    /evidence\.git$/,
    /unknown key "tag"/,
  ],
  ['U+0000', report({}, { failure: { kind: 'stuck', message: 'a\u0000b' } }), /failure\.message$/, /U\+0000/],
  ['U+0000 in a key', report({}, { data: { 'a\u0000': 1 } }), /data$/, /key that contains U\+0000/],
  [
    'a lone surrogate',
    report({}, { outputs: [{ name: 'a', text: 'x\udc00' }] }),
    /outputs\[0\]\.text$/,
    /lone surrogate/,
  ],
  ['deep data', report({}, { data: { deep: nested(70) } }), /data\.deep/, /nested deeper than 64/],
  ['large data', report({}, { data: { a: 'x'.repeat(65_536) } }), /data$/, /larger than 65536 bytes/],
  [
    'large outputs',
    report({}, { outputs: [{ name: 'a', text: 'ü'.repeat(32_769) }] }),
    /outputs$/,
    /65536 inline bytes/,
  ],
  ['no number', report({}, { durationMs: Number.NaN }), /durationMs$/, /finite|whole number/],
  ['two contents', report({}, { outputs: [{ name: 'a', text: '', base64: '' }] }), /outputs\[0\]$/, /exactly one/],
  [
    'one name twice',
    report(
      {},
      {
        outputs: [
          { name: 'a', text: '' },
          { name: 'a', text: '' },
        ],
      },
    ),
    /\[1\]\.name$/,
    /twice/,
  ],
  [
    'no hash',
    report({}, { evidence: { files: [{ path: 'a', sha256: 'ABC', bytes: 1 }] } }),
    /files\[0\]\.sha256$/,
    /64/,
  ],
  ['a lease of 0', report({ lease: 0 }), /^report\.lease$/, /from 1/],
])('a report with %s is refused with the field and the reason', (_what, value, field, message) => {
  const misfit = misfitOf(value);
  expect(misfit?.field).toMatch(field);
  expect(misfit?.message).toMatch(message);
  expect(misfit?.fix).not.toBe('');
});

test('a refusal stays small and storable, however large and odd the keys of the report are', () => {
  const huge = `\ud800${'k'.repeat(1_000_000)}`;
  for (const value of [report({ [huge]: 1 }), report({}, { data: { [huge.slice(1)]: '\u0000' } })]) {
    const misfit = misfitOf(value)!;
    expect(JSON.stringify(misfit).length).toBeLessThan(1000);
    expect(jsonFault(misfit)).toBeNull();
  }
});

test('canonical JSON parses to the same value and does not depend on the order of keys', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const canonical = canonicalJson(value);
      expect(JSON.parse(canonical)).toEqual(JSON.parse(JSON.stringify(value)));
      expect(canonicalJson(JSON.parse(canonical))).toBe(canonical);
    }),
  );
  expect(canonicalJson({ b: 1, a: { '\u{1f600}': 1, '\ufb33': 2 } })).toBe('{"a":{"\u{1f600}":1,"\ufb33":2},"b":1}');
});

test('a value has a fault exactly when Postgres could not keep its text', () => {
  const strings = fc.string({
    unit: fc.oneof(fc.constantFrom('\u0000', '\ud800', '\udc00'), fc.constant('a')),
    maxLength: 4,
  });
  fc.assert(
    fc.property(strings, (text) => {
      const isStorable = !text.includes('\u0000') && Buffer.from(text).toString() === text;
      for (const value of [text, { key: [text] }, { [text]: null }]) expect(jsonFault(value) === null).toBe(isStorable);
    }),
  );
});

const id = '00000000-0000-4000-8000-000000000000';
const scope = { accountId: id, projectId: id, userId: id };
const start = (members: object) => ({
  scope,
  sessionType: 'componentCoding',
  context: 'Shop',
  component: 'Cart',
  ...members,
});
const startFault = (members: object, sessionId = 's1') => startMisfit('componentCoding', sessionId, start(members));

test('a start input is taken with nothing but what it needs', () => {
  expect(startFault({})).toBeNull();
  expect(startMisfit('contextCoding', 's1', { scope, sessionType: 'contextCoding', context: 'Shop' })).toBeNull();
});

test.each<[string, object, string]>([
  ['a scope that is no UUID', { scope: { ...scope, userId: 'me' } }, 'scope.userId'],
  ['a hostile component', { component: '../../etc; $(reboot)' }, 'component'],
  ['a missing component', { component: undefined }, 'component'],
  ['a type that is not there yet', { sessionType: 'contextDesign' }, 'sessionType'],
  ['an agentic mode without an executor', { mode: 'agentic' }, 'executorQueue'],
  ['a bound of 0', { bounds: { rounds: 0 } }, 'bounds.rounds'],
  ['an unknown bound', { bounds: { tries: 1 } }, 'bounds'],
  ['half a parent', { parent: { sessionId: 'p' } }, 'parent.branch'],
  ['an unknown key', { onExhaused: 'fail' }, 'input'],
])('a start with %s is refused by name', (_what, members, field) => {
  expect(startFault(members)?.field).toBe(field);
});

test('a Workflow Id that could not name a folder is refused', () => {
  for (const sessionId of ['../x', '-x', 'a b', 'ä', '', 'x'.repeat(129)]) {
    expect(startFault({}, sessionId)?.field).toBe('workflowId');
  }
});
