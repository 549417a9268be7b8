import { expect, test } from '@jest/globals';
import { sha256Hex } from '../../src/domain/digest.js';
import { bundleFaults, makeBundle, unprovenClaims } from '../../src/domain/session-bundle.js';

const hashOf = (base64: string) => {
  const text = Buffer.from(base64, 'base64').toString('utf8');
  return { sha256: sha256Hex(text), bytes: text.length };
};
const output = { id: 'o', sha256: sha256Hex('log'), bytes: 3, base64: Buffer.from('log').toString('base64') };
const { base64: _, ...ref } = output;
const reporting = (...refs: (typeof ref)[]) => ({
  sessionId: 's',
  status: 'complete',
  revision: 2,
  interactions: [{ result: null }, { result: { outputs: refs.map((one) => ({ name: 'log', ref: one })) } }],
});
const bundle = makeBundle({
  exportedAt: '2026-11-21T12:00:00.000Z',
  session: reporting(ref),
  events: [
    { revision: 1, type: 'session_created' },
    { revision: 2, type: 'session_closed' },
  ],
  rejected: [],
  outputs: [output],
});
const again = (change: (copy: Record<string, never>) => void) => {
  const copy = JSON.parse(JSON.stringify(bundle)) as Record<string, never>;
  change(copy);
  return bundleFaults(copy, hashOf);
};

test('a bundle is as it was exported whatever order its keys are written in', () => {
  const { digest, ...rest } = bundle;
  expect(bundleFaults({ digest, ...rest }, hashOf)).toEqual([]);
});

test('any change shows: of a value, of an output’s bytes with its digest made anew, of an event left out', () => {
  expect(again((copy) => Object.assign(copy['session']!, { status: 'failed' }))).toEqual([
    expect.stringContaining('was changed'),
  ]);
  const forged = makeBundle({ ...bundle, outputs: [{ ...output, base64: Buffer.from('LOG').toString('base64') }] });
  expect(bundleFaults(forged, hashOf)).toEqual([expect.stringContaining('output o')]);
  const exchanged = { ...output, sha256: sha256Hex('LOG'), base64: Buffer.from('LOG').toString('base64') };
  expect(bundleFaults(makeBundle({ ...bundle, outputs: [exchanged] }), hashOf)).toEqual([
    'no result refers to the bytes of output o',
  ]);
  expect(bundleFaults(makeBundle({ ...bundle, events: [bundle.events[1]!] }), hashOf)).toEqual([
    'events are missing before revision 2',
  ]);
  expect(bundleFaults(makeBundle({ ...bundle, events: [bundle.events[0]!] }), hashOf)).toEqual([
    'events are missing after revision 1',
  ]);
});

test('what was claimed and never stored is told, and is no fault of the bundle', () => {
  const nothing = { id: 'nothing', sha256: sha256Hex(''), bytes: 0 };
  const other = { ...ref, sha256: sha256Hex('other') };
  const claimed = makeBundle({
    ...bundle,
    session: reporting(ref, other),
    rejected: [{ result: { outputs: [{ name: 'x', ref: nothing }] } }],
  });
  expect(bundleFaults(claimed, hashOf)).toEqual([]);
  expect(unprovenClaims(claimed)).toEqual([other, nothing]);
  expect(unprovenClaims(bundle)).toEqual([]);
});

test.each([
  null,
  1,
  'x',
  [],
  {},
  { format: 'specwright-session-1', digest: 'd', outputs: [null], events: [], session: {} },
])('%j is no bundle', (value) => {
  expect(bundleFaults(value, hashOf)).toEqual([expect.stringContaining('no bundle')]);
});
