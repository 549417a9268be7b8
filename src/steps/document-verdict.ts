import type { ExpectedDocument } from '../domain/command.js';
import type { DocumentError, DocumentOf, DocumentType } from '../documents/document.js';
import { parseDocument } from '../documents/parse-document.js';
import type { Failure } from '../domain/failures.js';

type Expected<T extends DocumentType> = ExpectedDocument & { readonly type: T };
type Sectioned = ExpectedDocument['type'];

/** `missing`: nothing was reported at all, which says nothing about the document. */
export type DocumentOutcome<T extends DocumentType = Sectioned> =
  | { readonly kind: 'valid'; readonly document: DocumentOf<T> }
  | { readonly kind: 'invalid'; readonly failure: Failure }
  | { readonly kind: 'missing'; readonly failure: Failure };

/** Reads a reported document by its bytes: a client's word that it is valid is not asked for. */
export function judgeDocument<T extends Sectioned>(
  expected: Expected<T>,
  outputs: ReadonlyMap<string, Uint8Array>,
): DocumentOutcome<T> {
  const { path, output, type } = expected;
  const bytes = outputs.get(output);
  if (bytes === undefined) {
    const message = `the document was not reported; add the bytes of ${path} as the output ${output}`;
    return { kind: 'missing', failure: { kind: 'missing_files', message, file: path, ids: [path] } };
  }
  const text = utf8(bytes);
  if (text === null) {
    const message = `${path} is not UTF-8 text; save it as UTF-8`;
    return { kind: 'invalid', failure: { kind: 'invalid_output', message, file: path, rule: 'character' } };
  }
  const parsed = parseDocument(type, text);
  if (parsed.ok) return { kind: 'valid', document: parsed.document };
  return { kind: 'invalid', failure: documentFailure(path, parsed.errors) };
}

const MAX_DETAIL = 4_000;

/** What is wrong with a document, for the one who mends it: every error with its line, section, rule and a way out. */
export function documentFailure(path: string, errors: readonly DocumentError[]): Failure {
  const first = errors[0]!;
  const lines = errors.map(errorLine);
  const message = `${path} has ${errors.length === 1 ? 'an error' : `${errors.length} errors`}; first: ${errorLine(first)}`;
  return {
    kind: 'invalid_output',
    message: message.slice(0, 1_000).toWellFormed(),
    detail: fitting(lines),
    file: path,
    line: first.line,
    rule: first.rule,
    ids: [...new Set(errors.map(({ rule, section }) => `${rule} ${section ?? ''}`.trim()))].sort().slice(0, 50),
  };
}

function errorLine({ line, section, rule, message, fix }: DocumentError): string {
  return `line ${line}${section === null ? '' : `, ${section}`} (${rule}): ${message}; ${fix}`;
}

/** The first ones: errors further down often come from those above. */
function fitting(lines: readonly string[]): string {
  const kept: string[] = [];
  let room = MAX_DETAIL;
  for (const line of lines) {
    room -= line.length + 1;
    if (room < 0) return [...kept, `and ${lines.length - kept.length} more`].join('\n').toWellFormed();
    kept.push(line);
  }
  return kept.join('\n').toWellFormed();
}

function utf8(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}
