import { isBlankLine } from './markdown-blocks.js';

const MAX_LINES = 50;

export interface FrontMatter {
  readonly fields: readonly { readonly key: string; readonly value: string; readonly line: number }[];
  /** Lines, from 1, that are no `key: value`. */
  readonly unreadable: readonly number[];
  /** The index of the first line after it. */
  readonly end: number;
}

/**
 * What stands between two lines `---` at the very top: `key: value` lines, the value plain or in quotes. Not YAML, in
 * which the `*` of a rule is a syntax error unless it is quoted.
 */
export function readFrontMatter(lines: readonly string[]): FrontMatter | null {
  if (lines[0]?.trimEnd() !== '---') return null;
  const close = lines.slice(1, MAX_LINES + 1).findIndex((line) => line.trimEnd() === '---');
  if (close < 0) return null;
  const fields: { key: string; value: string; line: number }[] = [];
  const unreadable: number[] = [];
  for (const [index, text] of lines.slice(1, close + 1).entries()) {
    if (isBlankLine(text) || text.startsWith('#')) continue;
    const colon = text.indexOf(':');
    if (colon <= 0) unreadable.push(index + 2);
    else
      fields.push({ key: text.slice(0, colon).trim(), value: unquoted(text.slice(colon + 1).trim()), line: index + 2 });
  }
  return { fields, unreadable, end: close + 2 };
}

function unquoted(value: string): string {
  const quote = value.at(0);
  const isQuoted = value.length >= 2 && (quote === '"' || quote === "'") && value.endsWith(quote);
  return isQuoted ? value.slice(1, -1) : value;
}
