import { expect, test } from '@jest/globals';
import type { DocumentType } from '../../src/documents/document.js';
import { parseDocument } from '../../src/documents/parse-document.js';
import { CONTEXT, FIXTURES, lineOf, RULE } from './documents-fixtures.js';

const found = (type: DocumentType, lines: readonly string[]) => {
  const parsed = parseDocument(type, lines.join('\n'));
  return parsed.ok ? 'accepted' : parsed.errors.map(({ line, section, rule }) => ({ line, section, rule }));
};

/** The part under each heading of `level`: `lines.slice(start, end)`, the heading first. */
function partsOf(document: string, level: 2 | 3) {
  const lines = document.replace('## not a heading', 'x').split('\n');
  const starts = lines.flatMap((line, index) => (/^#{2,3} /.test(line) || index === lines.length - 1 ? [index] : []));
  return starts.slice(0, -1).flatMap((start) => {
    if (!lines[start]!.startsWith(`${'#'.repeat(level)} `)) return [];
    const ends = (line: string) => new RegExp(`^#{2,${level}} `).test(line);
    const next = lines.findIndex((line, index) => index > start && ends(line));
    return [{ name: lines[start]!.slice(level + 1), start, end: next < 0 ? lines.length : next }];
  });
}

const sections = (['context', 'component', 'review'] as const).flatMap((type) =>
  partsOf(FIXTURES[type], 2).map((part) => [type, part.name, part] as const),
);

test('every required section is mutated', () => {
  expect(sections.map(([, name]) => name)).toHaveLength(8 + 4 + 4);
});

test.each(sections)('%s without its section %s is refused at the title', (type, name, { start, end }) => {
  const lines = FIXTURES[type].split('\n');
  expect(found(type, lines.toSpliced(start, end - start))).toEqual([
    { line: 1, section: name, rule: 'section-missing' },
  ]);
});

test.each(sections)('%s with %s renamed is refused at the heading and at the title', (type, name, { start }) => {
  const lines = FIXTURES[type].split('\n').with(start, `## ${name}s`);
  expect(found(type, lines)).toEqual([
    { line: 1, section: name, rule: 'section-missing' },
    { line: start + 1, section: `${name}s`, rule: 'section-unknown' },
  ]);
});

test.each(sections)('%s with %s twice is refused at the second', (type, name, { start, end }) => {
  const lines = FIXTURES[type].split('\n');
  const copy = lines.slice(start, end);
  for (const at of [end, lines.length]) {
    expect(found(type, lines.toSpliced(at, 0, ...copy))).toEqual([
      { line: at + 1, section: name, rule: 'section-duplicate' },
    ]);
  }
});

test.each(sections)('%s with nothing under %s is refused at its heading', (type, name, { start, end }) => {
  const lines = FIXTURES[type].split('\n');
  for (const nothing of [[], ['', ' \t '], ['<!-- later -->']]) {
    const emptied = lines.toSpliced(start + 1, end - start - 1, ...nothing);
    const errors = found(type, emptied);
    expect(errors).toContainEqual({ line: start + 1, section: name, rule: 'section-empty' });
    expect(new Set(errors === 'accepted' ? [] : errors.map(({ section }) => section))).toEqual(new Set([name]));
  }
});

test.each(['context', 'component', 'review'] as const)(
  '%s without, with two, or with an empty title is refused',
  (type) => {
    const lines = FIXTURES[type].split('\n');
    expect(found(type, lines.toSpliced(0, 1))).toEqual([{ line: 1, section: null, rule: 'title-missing' }]);
    expect(found(type, lines.with(0, '#'))).toEqual([{ line: 1, section: null, rule: 'title-text' }]);
    for (const at of [1, lines.length]) {
      const errors = found(type, lines.toSpliced(at, 0, '# Again'));
      expect(errors).toEqual([{ line: at + 1, section: null, rule: 'title-second' }]);
    }
  },
);

const entries = (['context', 'review'] as const).flatMap((type) =>
  partsOf(FIXTURES[type], 3)
    .filter(({ name }) => name.startsWith('Billing.'))
    .map((part) => [type, part.name, part] as const),
);

test.each(entries)('%s: every part of the entry %s is needed', (type, _name, { start, end }) => {
  const section = type === 'context' ? 'Components' : 'Verdicts';
  const lines = FIXTURES[type].split('\n');
  const line = start + 1;
  const row = start + 4;
  const copy = lines.slice(start, end);
  const at = (rule: string, where = line) => [{ line: where, section, rule }];
  expect(lines[row]).toMatch(/^\| (type|verdict) /);
  expect(found(type, lines.with(start, '###'))).toEqual(at('entry-name'));
  expect(found(type, lines.with(start, '### two words'))).toEqual(at('entry-name'));
  expect(found(type, lines.toSpliced(end, 0, ...copy))).toEqual(at('entry-duplicate', end + 1));
  expect(found(type, lines.toSpliced(start + 2, 3))).toEqual(at('entry-table'));
  expect(found(type, lines.toSpliced(row - 1, 1))).toEqual(at('entry-table'));
  expect(found(type, lines.toSpliced(row, 1))).toEqual(at('entry-field'));
  expect(found(type, lines.toSpliced(row, 0, lines[row]!))).toEqual(at('entry-field', row + 2));
  expect(found(type, lines.with(row, lines[row]!.replace(/\| [^|]*\|$/, '| |')))).toContainEqual(
    at('entry-value', row + 1)[0],
  );
  if (!lines[row]!.includes('approve')) {
    expect(found(type, lines.toSpliced(row + 1, end - row - 1, ''))).toEqual(at('entry-text'));
  }
});

test('a dependency named twice, or not named, is refused at its line', () => {
  const lines = CONTEXT.split('\n');
  const line = lineOf(CONTEXT, '- Orders');
  const at = (rule: string, where: number) => [{ line: where, section: 'Dependencies', rule }];
  expect(found('context', lines.toSpliced(line, 0, '- Orders'))).toEqual(at('dependency-duplicate', line + 1));
  expect(found('context', lines.with(line - 1, '-'))).toEqual(at('dependency-name', line));
  expect(found('context', lines.toSpliced(line - 1, 2, 'Orders'))).toEqual(at('dependency-list', line - 1));
});

test('a rule needs every line of its front matter, and text', () => {
  const lines = RULE.split('\n');
  const refused = (line: number) => [{ line, section: 'front matter', rule: 'front-matter' }];
  for (const [index, line] of lines.slice(0, 4).entries()) {
    expect(found('rule', lines.toSpliced(index, 1))).toEqual(refused(1));
    if (index === 0 || index === 3) continue;
    expect(found('rule', lines.toSpliced(index, 0, line))).toEqual(refused(index + 2));
    expect(found('rule', lines.with(index, line.replace(/:.*/, ':')))).toEqual(refused(index + 1));
  }
  expect(found('rule', lines.slice(0, 4))).toEqual([{ line: 1, section: null, rule: 'section-empty' }]);
});

test('a document of one type is none of another', () => {
  for (const [type, text] of Object.entries(FIXTURES)) {
    for (const other of ['context', 'component', 'review', 'rule'] as const) {
      expect({ type, other, ok: parseDocument(other, text).ok }).toEqual({ type, other, ok: type === other });
    }
  }
});
