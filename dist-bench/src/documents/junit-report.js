import { XMLParser, XMLValidator } from 'fast-xml-parser';
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
/**
 * Reads JUnit XML. Node's own reporter prints a file that did not load, and a file without any test, as a test case
 * named by the file's path: `testFile` tells these apart, they are not tests. Never throws.
 */
export function parseJunit(bytes, testFile) {
    if (bytes.byteLength > MAX_REPORT_BYTES)
        return refuse(`is larger than ${MAX_REPORT_BYTES} bytes`);
    try {
        return read(new TextDecoder('utf-8').decode(bytes), testFile);
    }
    catch (error) {
        return refuse(`is not readable as XML: ${clip(error instanceof Error ? error.message : String(error), 200)}`);
    }
}
function read(xml, testFile) {
    if (xml.trim() === '')
        return refuse('is empty');
    if (hasDoctype(xml))
        return refuse('declares a DOCTYPE, which a test report never needs');
    // The parser closes what a killed test runner left open; the validator does not, so half a report is no report.
    const valid = XMLValidator.validate(xml);
    if (valid !== true)
        return refuse(`is not well-formed XML: ${clip(valid.err.msg, 200)} (line ${valid.err.line})`);
    const document = parser.parse(xml);
    const roots = [...children(document, 'testsuites'), ...children(document, 'testsuite')];
    if (roots.length === 0)
        return refuse('has no <testsuites> or <testsuite>');
    const tally = { executed: 0, skipped: 0, failed: [] };
    for (const suites of children(document, 'testsuites'))
        visit(suites, [], testFile, tally);
    for (const suite of children(document, 'testsuite'))
        visit(suite, [], testFile, tally);
    const report = tally;
    return { ok: true, report };
}
function visit(suite, path, testFile, tally) {
    const troubles = [...children(suite, 'failure'), ...children(suite, 'error')];
    if (troubles.length > 0)
        tally.failed.push(failed(path.join(' > ') || testFile, troubles, suite, false));
    for (const inner of children(suite, 'testsuite'))
        visit(inner, [...path, attribute(inner, 'name')], testFile, tally);
    for (const test of children(suite, 'testcase'))
        count(test, path, testFile, tally);
}
function count(test, path, testFile, tally) {
    const name = attribute(test, 'name');
    const troubles = [...children(test, 'failure'), ...children(test, 'error')];
    if (namesFile(name, testFile)) {
        if (troubles.length > 0)
            tally.failed.push(failed(testFile, troubles, test, true));
        return;
    }
    // A failing `todo` carries both; its author said that it does not count.
    if (children(test, 'skipped').length > 0) {
        tally.skipped += 1;
        return;
    }
    tally.executed += 1;
    if (troubles.length > 0)
        tally.failed.push(failed([...path, name].join(' > '), troubles, test, false));
}
function failed(name, troubles, holder, loadFailure) {
    const first = troubles[0] ?? {};
    const said = attribute(first, 'message') || attribute(holder, 'failure');
    const body = texts(first).trim();
    const message = [said, body].filter((part) => part !== '').join('\n');
    return { name: clip(name, MAX_NAME), message: clip(message, MAX_MESSAGE), loadFailure };
}
function namesFile(name, testFile) {
    const path = name.replaceAll('\\', '/');
    return path === testFile || path.endsWith(`/${testFile}`);
}
/** A DOCTYPE can only stand before the root element; further on the same letters are somebody's text. */
function hasDoctype(xml) {
    const at = xml.search(/<!DOCTYPE/i);
    if (at < 0)
        return false;
    const root = xml.search(/<[A-Za-z_]/);
    return root < 0 || at < root;
}
function children(element, name) {
    if (!isElement(element) || !Object.hasOwn(element, name))
        return [];
    const value = element[name];
    return Array.isArray(value) ? value.filter(isElement) : isElement(value) ? [value] : [];
}
function attribute(element, name) {
    const value = Object.hasOwn(element, `@${name}`) ? element[`@${name}`] : '';
    return typeof value === 'string' ? decode(value) : '';
}
function texts(element) {
    const value = Object.hasOwn(element, TEXT) ? element[TEXT] : '';
    const parts = Array.isArray(value) ? value : [value];
    return decode(parts
        .filter((part) => typeof part === 'string')
        .join('')
        .slice(0, MAX_MESSAGE * 4));
}
const NAMED = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
function decode(text) {
    return text.replace(/&(?:#(\d{1,7})|#x([0-9a-fA-F]{1,6})|(amp|lt|gt|quot|apos));/g, (whole, decimal, hex, named) => {
        if (named !== undefined)
            return NAMED[String(named)] ?? whole;
        const code = decimal === undefined ? Number.parseInt(String(hex), 16) : Number.parseInt(String(decimal), 10);
        return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    });
}
/** What is kept goes into Postgres and Event History: no U+0000, no lone surrogates, an end. */
function clip(text, max) {
    const shown = text.replaceAll('\u0000', '\ufffd');
    return (shown.length <= max ? shown : `${shown.slice(0, max - 1)}…`).toWellFormed();
}
function isElement(value) {
    return typeof value === 'object' && value !== null && !Array.isArray(value);
}
function refuse(reason) {
    return { ok: false, reason: `the test report ${reason}` };
}
