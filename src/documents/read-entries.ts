import { nameFault, pathOf } from '../domain/names.js';
import type { DocumentError, DocumentRule } from './document.js';
import { quoted } from './document-errors.js';
import { splitRow, type Block } from './markdown-blocks.js';
import { partsAt, textBetween, type Part } from './split-sections.js';

/** A row of an entry's table. */
export interface EntryField {
  readonly field: string;
  readonly example: string;
  valueFault(value: string): string | null;
}

/** What the table under each `### Name` holds, and which text has to follow it. */
export interface EntryForm extends EntryField {
  readonly section: string;
  /** Rows that a table may have besides. */
  readonly optional: readonly EntryField[];
  /** Why there has to be text, or null. */
  textNeeded(value: string): string | null;
}

export interface Entry {
  readonly name: string;
  readonly value: string;
  /** Optional rows that are there, by field. */
  readonly more: ReadonlyMap<string, string>;
  readonly text: string;
  readonly line: number;
}

export interface ReadEntries {
  readonly entries: readonly Entry[];
  readonly errors: readonly DocumentError[];
}

/** As `specwright.yaml` has them, into which these go. */
const MAX_ENTRIES = 500;
const MAX_TEXT = 20_000;

/** The `### Name` entries of a section. */
export function readEntries(section: Part, lines: readonly string[], form: EntryForm): ReadEntries {
  const { parts } = partsAt(section.blocks, 3, section.to);
  const fix = `add "### Name", then ${tableOf(form)}, then text`;
  const at = { line: section.line + 1, section: form.section, rule: 'entry-missing', fix } as const;
  if (parts.length === 0) return { entries: [], errors: [{ ...at, message: 'there is no entry' }] };
  if (parts.length > MAX_ENTRIES) {
    const message = `there are ${parts.length} entries, more than ${MAX_ENTRIES}`;
    return { entries: [], errors: [{ ...at, message, fix: 'divide the context' }] };
  }
  const read = parts.map((part) => readEntry(part, lines, form));
  const entries = read.map(({ entry }) => entry);
  return { entries, errors: [...read.flatMap(({ errors }) => errors), ...duplicates(entries, form)] };
}

function readEntry(part: Part, lines: readonly string[], form: EntryForm): { entry: Entry; errors: DocumentError[] } {
  const line = part.line + 1;
  const errors: DocumentError[] = [];
  const report = (at: number, rule: DocumentRule, message: string, fix: string): void =>
    void errors.push({ line: at, section: form.section, rule, message, fix });
  const name = part.heading;
  const fault = nameFault(name);
  if (fault !== null)
    report(line, 'entry-name', `${quoted(name)} ${fault}`, 'write the plain name, like Billing.LineItem');
  const table = part.blocks.find(({ kind, blank }) => kind === 'heading' || !blank);
  if (table?.kind !== 'table') {
    const message = `${quoted(name)} has no table under its heading`;
    report(line, 'entry-table', message, `put ${tableOf(form)} right under the heading`);
    return { entry: { name, value: '', more: new Map(), text: textBetween(lines, part.from, part.to), line }, errors };
  }
  const values = readTable(table, lines, form, name, report);
  const value = values.get(form.field) ?? '';
  if (!values.has(form.field)) {
    const message = `the table of ${quoted(name)} has no row "${form.field}"`;
    report(line, 'entry-field', message, `put ${tableOf(form)} there`);
  }
  const text = textBetween(lines, table.end, part.to);
  const shown = part.blocks.some((block) => block.start >= table.end && !block.blank);
  const needed = form.textNeeded(value);
  if (!shown && needed !== null)
    report(line, 'entry-text', `${quoted(name)} ${needed}`, 'write it after the table and a blank line');
  if (text.length > MAX_TEXT) {
    report(line, 'entry-text', `the text of ${quoted(name)} is longer than ${MAX_TEXT} characters`, 'make it shorter');
  }
  return { entry: { name, value, more: values, text, line }, errors };
}

/** The values by field; the table's first two lines are its header. */
function readTable(
  table: Block,
  lines: readonly string[],
  form: EntryForm,
  name: string,
  report: (line: number, rule: DocumentRule, message: string, fix: string) => void,
): ReadonlyMap<string, string> {
  const fields = [form, ...form.optional];
  const values = new Map<string, string>();
  for (let at = table.start + 2; at < table.end; at += 1) {
    const [written = '', value = ''] = splitRow(lines[at] ?? '');
    const known = fields.find(({ field }) => field === written.toLowerCase());
    if (known === undefined) {
      const kept = fields.map(({ field }) => `"${field}"`).join(', ');
      const fix = `keep only ${fields.length === 1 ? 'the row' : 'rows out of'} ${kept}, and a blank line between table and text`;
      report(at + 1, 'entry-field', `${quoted(written)} is no field of ${quoted(name)}`, fix);
    } else if (values.has(known.field)) {
      const message = `${quoted(name)} has its ${known.field} a second time`;
      report(at + 1, 'entry-field', message, 'keep one of the rows');
    } else {
      values.set(known.field, value);
      const fault = known.valueFault(value);
      if (fault !== null)
        report(at + 1, 'entry-value', `the ${known.field} ${fault}`, `write it like ${known.example}`);
    }
  }
  return values;
}

function tableOf({ field, example }: EntryForm): string {
  return `the table "| field | value |", "| ----- | ----- |", "| ${field} | ${example} |"`;
}

/** Names that differ in case or punctuation only would share a file. */
function duplicates(entries: readonly Entry[], { section }: EntryForm): readonly DocumentError[] {
  const seen = new Map<string, Entry>();
  return entries.flatMap((entry): readonly DocumentError[] => {
    if (nameFault(entry.name) !== null) return [];
    const path = pathOf(entry.name);
    const first = seen.get(path);
    if (!first) seen.set(path, entry);
    if (!first) return [];
    const same =
      first.name === entry.name ? 'is there a second time' : `goes to the same file as ${quoted(first.name)}`;
    const message = `${quoted(entry.name)} ${same}, after line ${first.line}`;
    return [
      { line: entry.line, section, rule: 'entry-duplicate', message, fix: 'give it a name of its own, or remove it' },
    ];
  });
}
