import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { CONFIG_TABLE } from '../../src/config.js';

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

const cells = (row: string): string[] =>
  row
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());

test("the README's configuration table is the table the program reads", () => {
  const table = /<!-- config-table[^>]*-->\n([\s\S]*?)<!-- \/config-table -->/.exec(readme)![1]!;
  const rows = table.trim().split('\n').slice(2).map(cells);
  const expected = CONFIG_TABLE.map((row) => [`\`${row.name}\`${row.secret ? ' 🔒' : ''}`, row.default, row.meaning]);
  const plain = (value: string) => value.replaceAll('`', '').replace(/^–$/, '').trim();
  expect(rows.map((row) => row.map(plain))).toEqual(expected.map((row) => row.map(plain)));
});
