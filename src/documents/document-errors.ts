import { textFault } from '../domain/json.js';
import type { DocumentError } from './document.js';

/** More are counted, not listed: they go into a prompt. */
export const MAX_ERRORS = 100;
const MAX_QUOTE = 80;

/** By line; what is beyond the limit is one error that says how many. */
export function listErrors(errors: readonly DocumentError[]): readonly DocumentError[] {
  const sorted = [...errors].sort((a, b) => a.line - b.line);
  const more = sorted.length - MAX_ERRORS;
  const next = sorted[MAX_ERRORS];
  if (more <= 0 || next === undefined) return sorted;
  const message = `${more} more errors from here on`;
  const rest: DocumentError = {
    line: next.line,
    section: null,
    rule: 'more-errors',
    message,
    fix: 'mend the first ones',
  };
  return [...sorted.slice(0, MAX_ERRORS), rest];
}

/** Text of a document inside a message: short, on one line, nothing that steers a terminal. */
export function quoted(text: string): string {
  const short = text.length <= MAX_QUOTE ? text : `${text.slice(0, MAX_QUOTE - 1)}…`;
  return `"${short.toWellFormed().replace(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu, '\ufffd')}"`;
}

/** What is written goes into Postgres: the first character that it cannot hold. */
export function characterError(source: string): DocumentError | null {
  const fault = textFault(source);
  if (fault === null) return null;
  const line = source.split('\n').findIndex((text) => textFault(text) !== null) + 1;
  return {
    line,
    section: null,
    rule: 'character',
    message: `the text ${fault}`,
    fix: 'remove it; save the file as UTF-8 text',
  };
}
