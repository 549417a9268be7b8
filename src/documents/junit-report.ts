import { XMLParser, XMLValidator } from 'fast-xml-parser';
import type { FailedTest, ParsedTestReport, TestReport } from '../domain/test-report.js';

/** Larger reports are refused: nobody reads them, and the time to parse grows with them. */
export const MAX_REPORT_BYTES = 10 * 1024 * 1024;
const MAX_MESSAGE = 2_000;
const MAX_NAME = 300;
const TEXT = '#text';

// Entities are decoded here and not by the library: a report has no business defining its own.
const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  parseTagValue: false,
  processEntities: false,
  ignoreDeclaration: true,
  ignorePiTags: true,
  textNodeName: TEXT,
  alwaysCreateTextNode: true,
  isArray: (_name, _path, _isLeaf, isAttribute) => !isAttribute,
});

type Element = Readonly<Record<string, unknown>>;
interface Tally {
  executed: number;
  skipped: number;
  readonly failed: FailedTest[];
}

/**
 * Reads JUnit XML. Node's own reporter prints a file that did not load, and a file without any test, as a test case
 * named by the file's path, pytest as one of a class without a name: they are not tests. Never throws.
 */
export function parseJunit(bytes: Uint8Array, testFile: string): ParsedTestReport {
  if (bytes.byteLength > MAX_REPORT_BYTES) return refuse(`is larger than ${MAX_REPORT_BYTES} bytes`);
  try {
    return read(new TextDecoder('utf-8').decode(bytes), testFile);
  } catch (error) {
    return refuse(`is not readable as XML: ${clip(error instanceof Error ? error.message : String(error), 200)}`);
  }
}

function read(xml: string, testFile: string): ParsedTestReport {
  if (xml.trim() === '') return refuse('is empty');
  if (hasDoctype(xml)) return refuse('declares a DOCTYPE, which a test report never needs');
  // The parser closes what a killed test runner left open; the validator does not, so half a report is no report.
  const valid = XMLValidator.validate(xml);
  if (valid !== true) return refuse(`is not well-formed XML: ${clip(valid.err.msg, 200)} (line ${valid.err.line})`);
  const document: unknown = parser.parse(xml);
  const roots = [...children(document, 'testsuites'), ...children(document, 'testsuite')];
  if (roots.length === 0) return refuse('has no <testsuites> or <testsuite>');
  const tally: Tally = { executed: 0, skipped: 0, failed: [] };
  for (const suites of children(document, 'testsuites')) visit(suites, [], testFile, tally);
  for (const suite of children(document, 'testsuite')) visit(suite, [], testFile, tally);
  const report: TestReport = tally;
  return { ok: true, report };
}

function visit(suite: Element, path: readonly string[], testFile: string, tally: Tally): void {
  const troubles = [...children(suite, 'failure'), ...children(suite, 'error')];
  if (troubles.length > 0) tally.failed.push(failed(path.join(' > ') || testFile, troubles, suite, false));
  for (const inner of children(suite, 'testsuite')) visit(inner, [...path, ...suiteName(inner)], testFile, tally);
  for (const test of children(suite, 'testcase')) count(test, [...path, ...className(test, testFile)], testFile, tally);
}

function count(test: Element, path: readonly string[], testFile: string, tally: Tally): void {
  const name = attribute(test, 'name');
  const troubles = [...children(test, 'failure'), ...children(test, 'error')];
  if (namesFile(name, testFile) || isUnloaded(test, troubles)) {
    if (troubles.length > 0) tally.failed.push(failed(testFile, troubles, test, true));
    return;
  }
  // A failing `todo` carries both; its author said that it does not count.
  if (children(test, 'skipped').length > 0) {
    tally.skipped += 1;
    return;
  }
  tally.executed += 1;
  if (troubles.length > 0) tally.failed.push(failed([...path, name].join(' > '), troubles, test, false));
}

function failed(name: string, troubles: readonly Element[], holder: Element, loadFailure: boolean): FailedTest {
  const first = troubles[0] ?? {};
  const said = attribute(first, 'message') || attribute(holder, 'failure');
  const body = texts(first).trim();
  const message = [said, body].filter((part) => part !== '').join('\n');
  return { name: clip(name, MAX_NAME), message: clipMiddle(message), loadFailure };
}

/** `pytest` is the name of every suite of pytest; ExUnit's are modules as the virtual machine calls them. */
function suiteName(suite: Element): readonly string[] {
  const name = attribute(suite, 'name');
  return name === 'pytest' ? [] : [name.replace(/^Elixir\.(?=[A-Z])/, '')];
}

/** Of pytest, whose classes have no suite of their own: `TestShow` of `test.billing.test_money.TestShow`. */
function className(test: Element, testFile: string): readonly string[] {
  const [module, name] = [testFile.replace(/\.py$/, '').replaceAll('/', '.'), attribute(test, 'classname')];
  const at = name.lastIndexOf(`${module}.`);
  return at < 0 ? [] : name.slice(at + module.length + 1).split('.');
}

/** What pytest writes for a file that it could not import, and for its own end. */
function isUnloaded(test: Element, troubles: readonly Element[]): boolean {
  const said = attribute(troubles[0] ?? {}, 'message');
  const ended = attribute(test, 'classname') === 'pytest' && attribute(test, 'name') === 'internal';
  return (said === 'collection failure' && attribute(test, 'classname') === '') || (ended && said === 'internal error');
}

function namesFile(name: string, testFile: string): boolean {
  const path = name.replaceAll('\\', '/');
  return path === testFile || path.endsWith(`/${testFile}`);
}

/** A DOCTYPE can only stand before the root element; further on the same letters are somebody's text. */
function hasDoctype(xml: string): boolean {
  const at = xml.search(/<!DOCTYPE/i);
  if (at < 0) return false;
  const root = xml.search(/<[A-Za-z_]/);
  return root < 0 || at < root;
}

function children(element: unknown, name: string): readonly Element[] {
  if (!isElement(element) || !Object.hasOwn(element, name)) return [];
  const value = element[name];
  return Array.isArray(value) ? value.filter(isElement) : isElement(value) ? [value] : [];
}

function attribute(element: Element, name: string): string {
  const value = Object.hasOwn(element, `@${name}`) ? element[`@${name}`] : '';
  return typeof value === 'string' ? decode(value) : '';
}

function texts(element: Element): string {
  const value = Object.hasOwn(element, TEXT) ? element[TEXT] : '';
  const parts: readonly unknown[] = Array.isArray(value) ? value : [value];
  return decode(parts.filter((part) => typeof part === 'string').join(''));
}

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function decode(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([0-9a-fA-F]{1,6})|(amp|lt|gt|quot|apos));/g, (whole, decimal, hex, named) => {
    if (named !== undefined) return NAMED[String(named)] ?? whole;
    const code = decimal === undefined ? Number.parseInt(String(hex), 16) : Number.parseInt(String(decimal), 10);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}

/** What is kept goes into Postgres and Event History: no U+0000, no lone surrogates, an end. */
function clip(text: string, max: number): string {
  const shown = text.replaceAll('\u0000', '\ufffd');
  return (shown.length <= max ? shown : `${shown.slice(0, max - 1)}…`).toWellFormed();
}

/** Node says first what went wrong, pytest last. */
function clipMiddle(text: string): string {
  if (text.length <= MAX_MESSAGE) return clip(text, MAX_MESSAGE);
  const half = MAX_MESSAGE / 2 - 2;
  return `${clip(text, half)}\n${clip(text.slice(-half), half)}`;
}

function isElement(value: unknown): value is Element {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function refuse(reason: string): ParsedTestReport {
  return { ok: false, reason: `the test report ${reason}` };
}
