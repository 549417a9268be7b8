import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseJunit } from '../../src/documents/junit-report.js';
import type { TestReport } from '../../src/domain/test-report.js';

const FILE = 'test/shop/cart.test.js';
const parse = (xml: string): ReturnType<typeof parseJunit> => parseJunit(Buffer.from(xml), FILE);

function report(xml: string): TestReport {
  const parsed = parse(xml);
  if (!parsed.ok) throw new Error(parsed.reason);
  return parsed.report;
}

/** What Node's own reporter writes for a test file of this content. */
function reported(source: string): TestReport {
  const folder = mkdtempSync(join(tmpdir(), 'sw-junit-'));
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  writeFileSync(join(folder, 'x.test.js'), source);
  const argv = ['--test', '--test-reporter=junit', '--test-reporter-destination=r.xml', 'x.test.js'];
  try {
    execFileSync(process.execPath, argv, { cwd: folder, env: { PATH: process.env['PATH'] }, stdio: 'ignore' });
  } catch {
    // Red tests.
  }
  const parsed = parseJunit(readFileSync(join(folder, 'r.xml')), 'x.test.js');
  rmSync(folder, { recursive: true });
  if (!parsed.ok) throw new Error(parsed.reason);
  return parsed.report;
}

test('Node’s reporter: passed, failed, skipped, nested suites and names with odd characters are counted', () => {
  const source = `import test, { describe, it } from 'node:test';
    test('adds <&>', () => {}); test('skip', { skip: true }, () => {}); test('todo', { todo: true }, () => { throw new Error('x'); });
    describe('grp', () => { it('in', () => {}); describe('deep', () => { it('x', () => { throw new Error('boom ]]> <b>'); }); }); });`;
  const found = reported(source);
  expect(found).toMatchObject({ executed: 3, skipped: 2 });
  expect(found.failed).toEqual([
    { name: 'grp > deep > x', message: expect.stringContaining('boom ]]> <b>'), loadFailure: false },
  ]);
});

test('Node’s reporter: a file without tests counts zero, one that does not load or dies is a load failure', () => {
  expect(reported('const x = 1;')).toEqual({ executed: 0, skipped: 0, failed: [] });
  const broken = { name: 'x.test.js', message: expect.stringContaining('test failed'), loadFailure: true };
  expect(reported('import "./missing.js";')).toEqual({ executed: 0, skipped: 0, failed: [broken] });
  expect(reported('import test from "node:test"; test("ok", () => {}); process.exit(3)').failed).toEqual([broken]);
  const late = reported(
    'import test from "node:test"; test("ok", () => {}); setTimeout(() => { throw new Error("late"); }, 10)',
  );
  expect(late).toEqual({ executed: 1, skipped: 0, failed: [broken] });
});

test('other reporters: errors count as failures, CDATA and numeric entities are read, a suite may fail by itself', () => {
  const found = report(`<?xml version="1.0"?><testsuite name="s"><error message="setup"/>
    <testcase name="a&#x41;&#66;"><error type="E"><![CDATA[<raw> & text]]></error></testcase><testcase name="b"><system-out>&lt;</system-out></testcase></testsuite>`);
  expect(found.executed).toBe(2);
  expect(found.failed.map(({ name }) => name)).toEqual([FILE, 'aAB']);
  expect(found.failed[1]?.message).toBe('<raw> & text');
});

test.each([
  ['', 'is empty'],
  ['not xml at all', 'not well-formed'],
  ['<testsuites><testcase name="ok"/>', 'not well-formed'],
  ['<html><body/></html>', 'no <testsuites>'],
  ['\u0000\u0001\u0002', 'not well-formed'],
  ['<testsuites><testcase name="a"</testsuites>', 'not well-formed'],
  ['<!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY l2 "&lol;&lol;">]><testsuites>&l2;</testsuites>', 'DOCTYPE'],
])('junk is refused with a reason: %j', (xml, reason) => {
  const parsed = parse(xml);
  expect(parsed).toEqual({ ok: false, reason: expect.stringContaining(reason) });
});

test('anything at all is answered, never thrown, and __proto__ stays out', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => typeof parseJunit(bytes, FILE).ok === 'boolean'));
  const parts = fc.constantFrom(
    '<testsuites>',
    '</testsuites>',
    '<testcase name="x">',
    '</testcase>',
    '<failure message="',
    '"/>',
    '<![CDATA[',
    ']]>',
    '<!--',
    '-->',
    '&amp;',
    '&#99999999;',
    '<__proto__>',
    '</__proto__>',
    'x',
    '<?',
    '<!',
    '<',
  );
  fc.assert(
    fc.property(fc.array(parts, { maxLength: 25 }), (xml) => typeof parse(xml.join('')).ok === 'boolean'),
    { numRuns: 1_000 },
  );
  parse('<testsuites><__proto__ name="x"><polluted>1</polluted></__proto__></testsuites>');
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
});

test('large and deep reports are read, or refused, in time that grows with their size only', () => {
  const big = `<testsuites>${'<testcase name="t"><failure message="m">&lt;x&gt; some text of a stack</failure></testcase>'.repeat(60_000)}</testsuites>`;
  const startedAt = Date.now();
  expect(big.length).toBeGreaterThan(5_000_000);
  expect(report(big).failed).toHaveLength(60_000);
  const hostile = [
    `${'<testsuite>'.repeat(200_000)}`,
    `<testsuites>${'<testsuite name="a">'.repeat(50_000)}${'</testsuite>'.repeat(50_000)}</testsuites>`,
    `<testsuites>${'<!--'.repeat(500_000)}`,
    `<testsuites>${'<![CDATA['.repeat(200_000)}`,
    `<testsuites>${'<a '.repeat(500_000)}`,
    `<testsuites a="${'&amp;'.repeat(500_000)}"/>`,
    `<testsuites ${'a="1" '.repeat(200_000)}/>`,
    `${' '.repeat(3_000_000)}`,
    `${'<?x '.repeat(500_000)}`,
    'x'.repeat(11 * 1024 * 1024),
  ];
  for (const xml of hostile) {
    const began = Date.now();
    parse(xml);
    expect([xml.slice(0, 30), Date.now() - began < 4_000]).toEqual([xml.slice(0, 30), true]);
  }
  expect(Date.now() - startedAt).toBeLessThan(25_000);
});
