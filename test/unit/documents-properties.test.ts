import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { DOCUMENT_TYPES, type DesignDocument, type DocumentType } from '../../src/documents/document.js';
import { MAX_DOCUMENT, parseDocument } from '../../src/documents/parse-document.js';
import { renderDocument } from '../../src/documents/render-document.js';
import { SECTIONS } from '../../src/documents/section-table.js';
import { FIXTURES } from './documents-fixtures.js';

const RUNS = 10_000;
const names = Object.values(SECTIONS).flatMap(({ required, anyOf }) => [...required, ...anyOf]);

/** Lines that mean something to markdown or to this parser, and some that mean nothing. */
const line = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...names.map((name) => `## ${name}`)) },
  {
    weight: 6,
    arbitrary: fc.constantFrom(
      ...[
        '',
        ' ',
        '\t',
        '# T',
        '#',
        '##',
        '### A',
        '### A.B',
        '#### x',
        '===',
        '---',
        '- ',
        '- A',
        '  - B',
        '1. A',
        '> x',
        '>',
      ],
      ...[
        '```',
        '~~~',
        '    code',
        '| field | value |',
        '| - | - |',
        '| type | a |',
        '| verdict | revise |',
        'a | b',
        '-|-',
        '|',
      ],
      ...[
        '<!--',
        '-->',
        '<!-- x -->',
        '<div>',
        '</div>',
        '<a b="',
        '[a]: /b',
        '\\# x',
        '* * *',
        'text',
        'None.',
        '\u00a0',
        '\ufeff',
      ],
      ...[
        'componentType: *',
        'sessionType: *',
        '# # #',
        'T #',
        '\u0000',
        '\ud800',
        '\u001b[31m',
        '\u2028',
        '\u200b',
        '\f',
        'x\ry',
        'x\r',
      ],
    ),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 30 }) },
  { weight: 1, arbitrary: fc.string({ unit: fc.constantFrom(...'#>-*|`~ \t:<!\\1.a'), maxLength: 30 }) },
);
const type = fc.constantFrom(...DOCUMENT_TYPES);

const withoutLines = (document: DesignDocument): unknown =>
  JSON.parse(JSON.stringify(document), (key, value: unknown) => (key === 'line' ? undefined : value));

/** What holds for the outcome of any text. */
function checkOutcome(kind: DocumentType, text: string): void {
  const parsed = parseDocument(kind, text);
  const lineCount = text.split(/\r\n?|\n/).length;
  if (!parsed.ok) {
    expect(parsed.errors.length).toBeGreaterThan(0);
    for (const { line: at, message, fix } of parsed.errors) {
      expect(Number.isInteger(at) && at >= 1 && at <= lineCount).toBe(true);
      expect(message.length > 0 && fix.length > 0 && !/[\p{Cc}]/u.test(message + fix)).toBe(true);
    }
    return;
  }
  const rendered = renderDocument(parsed.document);
  const again = parseDocument(kind, rendered);
  if (!again.ok) throw new Error(`${JSON.stringify(again.errors)} in\n${rendered}`);
  expect(withoutLines(again.document)).toEqual(withoutLines(parsed.document));
  expect(renderDocument(again.document)).toBe(rendered);
}

test('10,000 random documents: no crash, lines that exist, and what is accepted can be written and read again', () => {
  fc.assert(
    fc.property(type, fc.array(line, { maxLength: 40 }), (kind, lines) => checkOutcome(kind, lines.join('\n'))),
    { numRuns: RUNS },
  );
});

const change = fc.tuple(fc.nat(), fc.constantFrom('remove', 'insert', 'replace', 'copy', 'swap'), line, fc.nat());
const mutated = fc.tuple(type, fc.array(change, { maxLength: 4 })).map(([kind, changes]) => {
  const lines: string[] = FIXTURES[kind].split('\n');
  for (const [position, how, text, other] of changes) {
    const at = position % Math.max(lines.length, 1);
    const from = lines[other % Math.max(lines.length, 1)] ?? '';
    if (how === 'remove') lines.splice(at, 1);
    else if (how === 'insert') lines.splice(at, 0, text);
    else if (how === 'replace') lines[at] = text;
    else if (how === 'copy') lines.splice(at, 0, from);
    else [lines[at], lines[other % Math.max(lines.length, 1)]] = [from, lines[at] ?? ''];
  }
  return [kind, lines.join('\n')] as const;
});

test('10,000 mutated documents: the same; and some of them are still valid', () => {
  let accepted = 0;
  fc.assert(
    fc.property(mutated, ([kind, text]) => {
      checkOutcome(kind, text);
      if (parseDocument(kind, text).ok) accepted += 1;
    }),
    { numRuns: RUNS },
  );
  expect(accepted).toBeGreaterThan(RUNS / 20);
});

const word = fc.string({ unit: fc.constantFrom(...'abcXYZ'), minLength: 1, maxLength: 8 });
const prose = fc
  .array(fc.array(word, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 4 })
  .map((rows) => rows.map((row) => row.join(' ')).join('\n'));
const distinct = (maxLength: number) =>
  fc.uniqueArray(fc.nat(999), { minLength: 1, maxLength }).map((all) => all.map((each) => `Part.N${each}`));

test('a context document made of random parts is read as these parts', () => {
  const parts = fc.tuple(
    distinct(6),
    distinct(6),
    fc.array(prose, { minLength: 20, maxLength: 20 }),
    fc.shuffledSubarray([...SECTIONS.context.required], { minLength: 8 }),
  );
  fc.assert(
    fc.property(parts, ([components, dependencies, texts, order]) => {
      const entries = components
        .map((name, at) => `### ${name}\n|f|v|\n|-|-|\n|type|t${at}|\n\n${texts[at]}\n`)
        .join('\n');
      const textOf = (name: string, at: number) => {
        if (name === 'Components') return entries;
        return name === 'Dependencies' ? dependencies.map((each) => `* ${each}`).join('\n') : texts[8 + at];
      };
      const text = `# T\n${order.map((name, at) => `## ${name}\n${textOf(name, at)}\n`).join('')}`;
      const parsed = parseDocument('context', text);
      if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
      const { document } = parsed;
      expect(Object.keys(document.sections)).toEqual(order);
      const lines = text.split('\n');
      for (const [name, section] of Object.entries(document.sections))
        expect(lines[section.line - 1]).toBe(`## ${name}`);
      expect(document.components.map(({ line: at }) => lines[at - 1])).toEqual(components.map((name) => `### ${name}`));
      expect(document.components.map((each) => [each.name, each.type, each.description])).toEqual(
        components.map((name, at) => [name, `t${at}`, texts[at]]),
      );
      expect(document.dependencies.map(({ name, line: at }) => [name, lines[at - 1]])).toEqual(
        dependencies.map((name) => [name, `* ${name}`]),
      );
    }),
    { numRuns: 300 },
  );
});

const filled = (start: string, piece: string): string =>
  (start + piece.repeat(Math.ceil(MAX_DOCUMENT / piece.length))).slice(0, MAX_DOCUMENT);
const growing = (piece: (at: number) => string): string => {
  const pieces: string[] = [];
  for (let length = 0, at = 0; length < MAX_DOCUMENT; at += 1) length += pieces[pieces.push(piece(at)) - 1]!.length;
  return pieces.join('').slice(0, MAX_DOCUMENT);
};
// One row each of a table of 180 columns: 65,536 missing cells, in 1,500 characters.
const wideTable = `${'|a'.repeat(180)}\n${'|-'.repeat(180)}\n${'|\n'.repeat(30)}\n`;
const HOSTILE: readonly (readonly [string, string])[] = [
  ['#', filled('', '#')],
  ['titles', filled('', `# ${'a '.repeat(12)}\n`)],
  ['closing sequences', filled('# T', ' #')],
  ['sections', filled('# T\n', `## ${'#'.repeat(20)} a\n`)],
  ['the same section', filled('# T\n', '## Purpose\ntext text text\n')],
  ['entries', filled('# T\n## Components\n', '### A\n\n|f|v|\n|-|-|\n|type|x|\n\n'.padEnd(160, 'd'))],
  ['quotes in quotes', filled('', '> ')],
  ['quotes of changing depth', growing((at) => `${'>'.repeat((at * 7) % 64)} a\n`)],
  ['lists in lists', filled('', '- ')],
  ['deeper and deeper lists', growing((at) => `${' '.repeat(at * 2)}- a\n`)],
  ['lists and quotes in turn', filled('', `${'> - 1. '.repeat(8)}\n`)],
  ['fences in quotes that nobody closes', filled('', '> - ~~~~~~~~~~~~~~~~~~~~\n')],
  ['a fence that nobody closes', filled('```\n', '``\n'.padStart(24, 'a'))],
  ['a comment that nobody closes', filled('<!--', '<!-- -- > '.repeat(3) + '\n')],
  ['an attribute that nobody closes', filled('<a ', 'a="b" c=\'d\' ')],
  ['open brackets', filled('', '['.repeat(24) + '\n')],
  ['backquotes', growing((at) => `${'`'.repeat((at % 40) + 1)} `)],
  ['a table of one row', filled('|a|b|\n|-|-|\n', '|x')],
  ['a table of long rows', filled('|a|b|\n|-|-|\n', `${'| type | x '.repeat(3)}\n`)],
  ['a wide delimiter row', filled('|a\n', '|-')],
  ['delimiter rows', filled('', `a|b\n${'|-'.repeat(20)}\n`)],
  ['wide tables with short rows', filled('', wideTable)],
  ['backslashes and bars', filled('|a|b|\n|-|-|\n', '\\|')],
  ['dependencies', filled('# T\n## Dependencies\n', '- Name: and why it is\n')],
  ['front matter', filled('---\n', 'componentType: * and so on\n')],
  ['spaces', filled('# T\n## Purpose\n', ' ')],
  ['what cannot be seen', filled('# T\n## Purpose\n', '\u200b')],
  ['carriage returns', filled('', '\r')],
  ['lines', filled('', '\n')],
];

test.each(HOSTILE)('one MiB of hostile text (%s) takes seconds at most', (_name, text) => {
  expect(text).toHaveLength(MAX_DOCUMENT);
  for (const kind of ['context', 'rule'] as const) {
    const began = performance.now();
    parseDocument(kind, kind === 'rule' ? `---\ncomponentType: *\n---\n${text.slice(25)}` : text);
    // Generous: the slowest takes half a second alone; what is not linear takes minutes.
    expect(performance.now() - began).toBeLessThan(10_000);
  }
});

test('one MiB of a valid document is read, and the time grows with its length', () => {
  const paragraph = `${'A sentence of some words. '.repeat(4)}\n\n- \`code\` and\n  1. a list\n\n`;
  const make = (length: number): string =>
    FIXTURES.component.replace('An invoice.', () => paragraph.repeat(Math.floor((length - 400) / paragraph.length)));
  const timed = (length: number): number => {
    const began = performance.now();
    expect(parseDocument('component', make(length)).ok).toBe(true);
    return performance.now() - began;
  };
  timed(MAX_DOCUMENT / 8);
  const short = Math.max(timed(MAX_DOCUMENT / 8), 20);
  // Eight times the text; quadratic would be 64 times.
  expect(timed(MAX_DOCUMENT)).toBeLessThan(short * 40);
});
