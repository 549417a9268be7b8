import { expect, test } from '@jest/globals';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type { DocumentType } from '../../src/documents/document.js';
import { MAX_ERRORS } from '../../src/documents/document-errors.js';
import { MAX_DOCUMENT, MAX_LINES, parseDocument, verdictErrors } from '../../src/documents/parse-document.js';
import { renderDocument } from '../../src/documents/render-document.js';
import { parseProjectFile } from '../../src/schemas/project-file.js';
import { COMPONENT, CONTEXT, FIXTURES, lineOf, REVIEW, RULE } from './documents-fixtures.js';

const errorsOf = (type: DocumentType, text: string) => {
  const parsed = parseDocument(type, text);
  return parsed.ok ? [] : parsed.errors.map(({ line, section, rule }) => [line, section, rule]);
};
const good = <T extends DocumentType>(type: T, text: string) => {
  const parsed = parseDocument(type, text);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  return parsed.document;
};

test('a context document gives title, sections, components and dependencies with their lines', () => {
  const document = good('context', CONTEXT);
  expect(document).toMatchObject({ type: 'context', title: 'Billing', line: 1 });
  expect(Object.keys(document.sections)).toHaveLength(8);
  expect(document.sections.Purpose).toEqual({ text: 'Turns orders into invoices.', line: 3 });
  expect(document.sections['Public API'].text).toContain('## not a heading');
  expect(document.components).toEqual([
    {
      name: 'Billing.Invoice',
      type: 'schema',
      description: 'An invoice and its lines.',
      priority: null,
      dependsOn: null,
      line: 24,
    },
    {
      name: 'Billing.Issuer',
      type: 'other',
      description: 'Makes invoices of orders.\n\n#### Limits\n\nAt most 100 lines.',
      priority: null,
      dependsOn: null,
      line: 32,
    },
  ]);
  expect(document.dependencies).toEqual([
    { name: 'Orders', note: '', line: 45 },
    { name: 'Shared/Money', note: 'amounts and rounding', line: 46 },
  ]);
});

test('a review gives a verdict for each component, and names those it left out or made up', () => {
  const review = good('review', REVIEW);
  expect(review.verdicts).toEqual([
    { component: 'Billing.Invoice', verdict: 'approve', findings: '', line: 10 },
    {
      component: 'Billing.Issuer',
      verdict: 'revise',
      findings: 'Depends on Orders, which it does not name.',
      line: 16,
    },
  ]);
  expect(verdictErrors(review, ['Billing.Invoice', 'Billing.Issuer'])).toEqual([]);
  expect(verdictErrors(review, ['Billing.Invoice', 'Orders'])).toMatchObject([
    { line: 9, rule: 'entry-missing', message: '"Orders" has no verdict' },
    { line: 16, rule: 'entry-unknown', message: expect.stringContaining('Billing.Issuer') as unknown },
  ]);
});

test('a rule gives what it is for and its text; `*` may be quoted, and a title is not needed', () => {
  expect(good('rule', RULE)).toEqual({
    type: 'rule',
    title: 'Money',
    componentType: 'schema',
    sessionType: '*',
    text: '# Money\n\nAmounts are integers of the smallest unit.',
    line: 6,
  });
  const quoted =
    '---\n# for all\ncomponentType: "*"\nsessionType: \'componentCoding\'\n---\nDo it.\n\n# Later\n\n# Again\n';
  expect(good('rule', quoted)).toMatchObject({
    title: null,
    componentType: '*',
    sessionType: 'componentCoding',
    line: 6,
  });
});

const seeds = new URL('../../../shared/seeds/', import.meta.url);
const SEEDS: Readonly<Record<string, DocumentType>> = {
  '000': 'component',
  '002': 'component',
  '003': 'context',
  '004': 'context',
};
(existsSync(seeds) ? test : test.skip)('the design documents this system was made from are valid', () => {
  const read = readdirSync(seeds).flatMap((file) => {
    const type = SEEDS[file.slice(0, 3)];
    if (!type) return [];
    const document = good(type, readFileSync(new URL(file, seeds), 'utf8'));
    expect(renderDocument(good(type, renderDocument(document)))).toBe(renderDocument(document));
    return [document];
  });
  expect(read).toHaveLength(4);
  const contexts = read.filter((document) => document.type === 'context');
  expect(contexts.map(({ components, dependencies }) => [components.length, dependencies.length])).toEqual([
    [4, 4],
    [5, 4],
  ]);
  expect(contexts.flatMap(({ components }) => components.map(({ type }) => type))).toEqual(Array(9).fill('other'));
});

test('a component document has Test Assertions or Design Notes, or both', () => {
  const notes = COMPONENT.replace('## Test Assertions', '## Design Notes');
  expect(errorsOf('component', notes)).toEqual([]);
  expect(errorsOf('component', `${COMPONENT}\n## Design Notes\nWhy.\n`)).toEqual([]);
  expect(errorsOf('component', COMPONENT.replace(/## Test Assertions[^]*/, ''))).toEqual([
    [1, 'Test Assertions', 'section-missing'],
  ]);
});

test('BOM, CRLF, CR, tabs, setext headings, closing #, case and a colon make no difference', () => {
  const { sections: _, ...plain } = good('component', COMPONENT);
  for (const same of [
    `\ufeff${COMPONENT}`,
    COMPONENT.replaceAll('\n', '\r\n'),
    COMPONENT.replaceAll('\n', '\r'),
    COMPONENT.replaceAll(/^(#+) /gm, '$1\t'),
    COMPONENT.replaceAll(/^(#+) (.*)$/gm, '$1 $2 $1'),
    COMPONENT.replace('## Public API', '##  public   api:'),
    `${COMPONENT}\n<!-- ## Later -->\n`,
  ]) {
    expect(good('component', same)).toMatchObject({ ...plain, sections: { 'Public API': { line: 6 } } });
  }
  const setext = COMPONENT.replace(/^## (.*)$/gm, '$1\n---').replace(/^# (.*)$/m, '$1\n===');
  expect(good('component', setext)).toMatchObject({
    title: 'Billing.Invoice',
    sections: { Purpose: { text: 'An invoice.', line: 4 } },
  });
});

test('what looks like a heading inside a fence, a list, a quote, a comment or code is text', () => {
  for (const inside of [
    '~~~\n## A\n# B\n~~~',
    '- ## A',
    '> ## A',
    '<!--\n## A\n-->\ntext',
    'text\n\n    ## A',
    '\\## A',
    '##A',
  ]) {
    expect(errorsOf('component', COMPONENT.replace('An invoice.', inside))).toEqual([]);
  }
});

test.each<[string, DocumentType, string, unknown[]]>([
  [
    'nothing',
    'review',
    '',
    [
      [1, null, 'title-missing'],
      ...['Overview', 'Findings', 'Verdicts', 'Conclusion'].map((name) => [1, name, 'section-missing']),
    ],
  ],
  ['an unknown section', 'component', `${COMPONENT}\n## Notes\nx\n`, [[16, 'Notes', 'section-unknown']]],
  [
    'a comment in place of text',
    'component',
    COMPONENT.replace('An invoice.', '<!-- later -->'),
    [[3, 'Purpose', 'section-empty']],
  ],
  [
    'headings in place of text',
    'component',
    COMPONENT.replace('An invoice.', '### A\n\n### B'),
    [[3, 'Purpose', 'section-empty']],
  ],
  ['an empty Design Notes', 'component', `${COMPONENT}\n## Design Notes\n`, [[16, 'Design Notes', 'section-empty']]],
  ['chatter before the title', 'component', `Here it is:\n\n${COMPONENT}`, [[1, null, 'text-outside-section']]],
  [
    'text under the title',
    'component',
    COMPONENT.replace('\n\n', '\n\nAn invoice.\n\n'),
    [[3, null, 'text-outside-section']],
  ],
  ['front matter where none belongs', 'component', `---\na: b\n---\n${COMPONENT}`, [[1, null, 'front-matter']]],
  [
    'a title that is not the first',
    'component',
    `${COMPONENT.replace('# Billing.Invoice\n', '')}\n# Billing\n`,
    [[15, null, 'title-first']],
  ],
  ['U+0000', 'component', COMPONENT.replace('lines', 'l\u0000'), [[10, null, 'character']]],
  ['a lone surrogate', 'rule', RULE.replace('Money', '\ud800'), [[6, null, 'character']]],
  ['a long title', 'component', COMPONENT.replace('Invoice', 'x'.repeat(201)), [[1, null, 'title-text']]],
  [
    'a title with a control character',
    'component',
    COMPONENT.replace('Invoice', '\u001b[31m'),
    [[1, null, 'title-text']],
  ],
  [
    'a fence that nobody closed',
    'component',
    COMPONENT.replace('An invoice.', '```'),
    [
      [1, 'Public API', 'section-missing'],
      [1, 'Execution Flow', 'section-missing'],
      [1, 'Test Assertions', 'section-missing'],
    ],
  ],
])('%s is refused at its line', (_name, type, text, expected) => {
  expect(errorsOf(type, text)).toEqual(expected);
});

test.each<[string, string, unknown[]]>([
  ['no front matter', '# Money\n\nText.\n', [[1, 'front matter', 'front-matter']]],
  ['front matter that does not end', RULE.replace('*\n---', '*'), [[1, 'front matter', 'front-matter']]],
  ['an unknown component type', RULE.replace('schema', '!'), [[2, 'front matter', 'front-matter']]],
  ['an unknown session type', RULE.replace(': *', ': design'), [[3, 'front matter', 'front-matter']]],
  ['an unknown key', RULE.replace('---\n\n', 'name: x\n---\n\n'), [[4, 'front matter', 'front-matter']]],
  ['a key twice', RULE.replace('---\n\n', 'sessionType: *\n---\n\n'), [[4, 'front matter', 'front-matter']]],
  ['a line that is no key', RULE.replace('---\n\n', '- x\n---\n\n'), [[4, 'front matter', 'front-matter']]],
  ['no text', RULE.replace(/Amounts.*/, ''), [[1, null, 'section-empty']]],
  ['too much text', RULE + 'x'.repeat(20_001), [[6, null, 'size']]],
])('a rule with %s is refused', (_name, text, expected) => {
  expect(errorsOf('rule', text)).toEqual(expected);
});

test('a component type is here what it is in specwright.yaml', () => {
  for (const type of ['schema', 'live view', 'a_b-1', '1a', 'x/y', '', 'é', ' a', 'x'.repeat(200), 'x'.repeat(201)]) {
    const yaml = `project: {name: p, description: d, toolchain: node, remote: /r}\ncontexts: [{name: C, description: d, components: [{name: A, type: ${JSON.stringify(type)}, description: d}]}]\n`;
    const here = parseDocument('rule', RULE.replace('schema', JSON.stringify(type)));
    expect({ type, ok: here.ok }).toEqual({ type, ok: parseProjectFile(yaml, '/p/specwright.yaml').ok });
  }
});

test('too long a document is refused at once, and a long list of errors has an end', () => {
  expect(errorsOf('context', 'x'.repeat(MAX_DOCUMENT + 1))).toEqual([[1, null, 'size']]);
  expect(errorsOf('context', '\n'.repeat(MAX_LINES))).toEqual([[1, null, 'size']]);
  const errors = errorsOf('component', `${COMPONENT}\n${'## Notes\n'.repeat(1_000)}`);
  expect(errors).toHaveLength(MAX_ERRORS + 1);
  expect(errors.at(-1)).toEqual([16 + MAX_ERRORS, null, 'more-errors']);
});

test('an error says what is wrong and how to mend it, on one line without control characters', () => {
  const parsed = parseDocument('component', `${COMPONENT}\n## Notes \u001b[31m ${'x'.repeat(500)}\n`);
  expect(parsed).toMatchObject({
    ok: false,
    errors: [
      {
        message: expect.stringMatching(/^"Notes \ufffd\[31m x+…" is no section of a component document$/) as unknown,
        fix: expect.stringContaining('Purpose, Public API') as unknown,
      },
    ],
  });
});

test('each fixture is what its line numbers say', () => {
  expect(lineOf(CONTEXT, '## Components')).toBe(23);
  for (const type of ['context', 'component', 'review', 'rule'] as const)
    expect(errorsOf(type, FIXTURES[type])).toEqual([]);
});

test('five lists in each other are read; deeper nesting is an error, for what follows could not be seen', () => {
  const nested = (depth: number) => Array.from({ length: depth }, (_, at) => `${' '.repeat(at * 2)}- a`).join('\n');
  expect(errorsOf('component', COMPONENT.replace('An invoice.', nested(5)))).toEqual([]);
  expect(errorsOf('component', COMPONENT.replace('An invoice.', nested(6)))).toEqual([[9, null, 'nesting']]);
  expect(errorsOf('component', `${COMPONENT}${'> '.repeat(12)}a\n\n## Notes\n`)).toEqual([[15, null, 'nesting']]);
});
