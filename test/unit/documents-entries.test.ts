import { expect, test } from '@jest/globals';
import type { DocumentType } from '../../src/documents/document.js';
import { parseDocument } from '../../src/documents/parse-document.js';
import { CONTEXT, REVIEW } from './documents-fixtures.js';

const errorsOf = (type: DocumentType, text: string) => {
  const parsed = parseDocument(type, text);
  return parsed.ok ? [] : parsed.errors.map(({ line, section, rule }) => [line, section, rule]);
};
const good = <T extends DocumentType>(type: T, text: string) => {
  const parsed = parseDocument(type, text);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  return parsed.document;
};
const contextWith = (section: string, text: string) =>
  CONTEXT.replace(new RegExp(`(## ${section}\n)[^]*?(\n## |$)`), `$1${text}\n$2`);

const entry = (name: string, table: string, text = 'Text.') => `### ${name}\n\n${table}\n\n${text}\n`;
const table = (...rows: string[]) => ['| field | value |', '| --- | --- |', ...rows].join('\n');
test.each<[string, string, [number, string][]]>([
  ['no entries', 'There are none.', [[23, 'entry-missing']]],
  ['a name that is none', entry('the `Issuer`', table('| type | x |')), [[24, 'entry-name']]],
  ['a path as a name', entry('src/issuer', table('| type | x |')), [[24, 'entry-name']]],
  [
    'two names for one file',
    entry('LineItem', table('| type | x |')) + entry('Line-item', table('| type | x |')),
    [[31, 'entry-duplicate']],
  ],
  ['no table', '### A\n\nText.\n', [[24, 'entry-table']]],
  ['the text before the table', `### A\n\nText.\n\n${table('| type | x |')}\n`, [[24, 'entry-table']]],
  ['nothing at all under a name', '### A\n', [[24, 'entry-table']]],
  ['the row as header', entry('A', '| type | x |\n| --- | --- |'), [[24, 'entry-field']]],
  ['a row twice', entry('A', table('| type | x |', '| type | y |')), [[29, 'entry-field']]],
  ['another row', entry('A', table('| type | x |', '| size | y |')), [[29, 'entry-field']]],
  [
    'no blank line after the table',
    `### A\n${table('| type | x |')}\nText.\n`,
    [
      [24, 'entry-text'],
      [28, 'entry-field'],
    ],
  ],
  ['no type', entry('A', table('| type | |')), [[28, 'entry-value']]],
  ['a type that is none', entry('A', table('| type | `x` |')), [[28, 'entry-value']]],
  ['no description', entry('A', table('| type | x |'), '<!-- later -->'), [[24, 'entry-text']]],
  ['a description that is too long', entry('A', table('| type | x |'), 'x'.repeat(20_001)), [[24, 'entry-text']]],
  ['too many', entry('A', table('| type | x |')).repeat(501), [[23, 'entry-missing']]],
])('Components with %s are refused at the line', (_name, text, expected) => {
  expect(errorsOf('context', contextWith('Components', text))).toEqual(
    expected.map(([line, rule]) => [line, 'Components', rule]),
  );
});

test('a table may be written without outer bars, and a type may have spaces', () => {
  const text = '### A\nfield | value\n:-- | --:\nType | live view\n\nText.\n';
  expect(good('context', contextWith('Components', text)).components).toMatchObject([{ name: 'A', type: 'live view' }]);
});

test('a component may say what it depends on and how early it starts', () => {
  const rows = table('| type | x |', '| Depends on | A.B, `C` |', '| priority | -5 |');
  const { components } = good('context', contextWith('Components', entry('A', rows)));
  expect(components).toMatchObject([{ name: 'A', dependsOn: ['A.B', 'C'], priority: -5 }]);
});

test.each<[string, string, [number, string][]]>([
  ['names twice', '| depends on | B, B |', [[29, 'entry-value']]],
  ['a name that is none', '| depends on | B, c/d |', [[29, 'entry-value']]],
  ['no name', '| depends on | |', [[29, 'entry-value']]],
  ['a word as priority', '| priority | high |', [[29, 'entry-value']]],
  ['too high a priority', '| priority | 1001 |', [[29, 'entry-value']]],
])('a component with %s is refused at the row', (_name, row, expected) => {
  const text = contextWith('Components', entry('A', table('| type | x |', row)));
  expect(errorsOf('context', text)).toEqual(expected.map(([line, rule]) => [line, 'Components', rule]));
});

test.each<[string, string, [number, string][]]>([
  ['no list', 'Orders and Money', [[44, 'dependency-list']]],
  ['a nested list', '- Orders\n  - Money\n', [[45, 'dependency-list']]],
  ['two names in one item', '- Orders and Money\n', [[45, 'dependency-name']]],
  ['no name', '- Orders\n- (see above)\n', [[46, 'dependency-name']]],
  ['a path that is too deep', '- a/b/c\n', [[45, 'dependency-name']]],
  ['a path upwards', '- ../Money\n', [[45, 'dependency-name']]],
  ['one name twice', '- Orders\n- `Orders`: again\n', [[46, 'dependency-duplicate']]],
  ['too many', Array.from({ length: 201 }, (_, index) => `- A${index}\n`).join(''), [[44, 'dependency-list']]],
])('Dependencies with %s are refused at the line', (_name, text, expected) => {
  expect(errorsOf('context', contextWith('Dependencies', text))).toEqual(
    expected.map(([line, rule]) => [line, 'Dependencies', rule]),
  );
});

test('dependencies may be none, and may have notes', () => {
  for (const none of ['None.', 'none', '- None', 'This context has no dependencies.']) {
    expect(good('context', contextWith('Dependencies', none)).dependencies).toEqual([]);
  }
  const text = 'We need:\n\n- `A`\n- **B**: why\n- **C:** why\n1. D - why\n2. E.F — why\n';
  expect(
    good('context', contextWith('Dependencies', text)).dependencies.map(({ name, note }) => `${name} ${note}`),
  ).toEqual(['A ', 'B why', 'C why', 'D why', 'E.F why']);
});

test('a verdict is approve or revise, and revise needs findings', () => {
  expect(errorsOf('review', REVIEW.replace('| approve |', '| maybe |'))).toEqual([[14, 'Verdicts', 'entry-value']]);
  expect(errorsOf('review', REVIEW.replace('Depends on Orders, which it does not name.', ''))).toEqual([
    [16, 'Verdicts', 'entry-text'],
  ]);
});
