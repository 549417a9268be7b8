import { componentTypeFault, nameFault } from '../domain/names.js';
import { checkSections } from './check-sections.js';
import {
  type ContextDocument,
  type ComponentDocument,
  type DocumentError,
  type DocumentType,
  type ParsedDocument,
  type ReviewDocument,
  type ReviewVerdict,
  type Section,
  VERDICTS,
} from './document.js';
import { characterError, listErrors, quoted } from './document-errors.js';
import { readFrontMatter } from './front-matter.js';
import { readBlocks } from './markdown-blocks.js';
import { readDependencies } from './read-dependencies.js';
import { type EntryForm, readEntries } from './read-entries.js';
import { readRule } from './read-rule.js';
import type { SectionedType } from './section-table.js';
import { divide, type Part, textBetween } from './split-sections.js';

/** UTF-16 code units. */
export const MAX_DOCUMENT = 1024 * 1024;
/** The time goes with the number of blocks, and one MiB of `#` would be half a million of them. */
export const MAX_LINES = 50_000;

const COMPONENTS: EntryForm = {
  section: 'Components',
  field: 'type',
  example: 'schema',
  valueFault: componentTypeFault,
  optional: [
    { field: 'depends on', example: 'Money, Invoice', valueFault: namesFault },
    { field: 'priority', example: '10', valueFault: priorityFault },
  ],
  textNeeded: () => 'has no description',
};
const REVIEWED: EntryForm = {
  section: 'Verdicts',
  field: 'verdict',
  example: VERDICTS.join(' or '),
  valueFault: (value) => (isVerdict(value) ? null : `is ${quoted(value)}`),
  optional: [],
  textNeeded: (value) => (value === 'revise' ? 'is to be revised, and nothing says what is wrong' : null),
};

/** Reads a design document and checks it against its type. Never throws; time and memory grow with its length only. */
export function parseDocument<T extends DocumentType>(type: T, text: string): ParsedDocument<T>;
export function parseDocument(type: DocumentType, text: string): ParsedDocument {
  if (text.length > MAX_DOCUMENT) return tooLong(`${MAX_DOCUMENT} characters`);
  const source = text.replace(/^\ufeff/, '').replace(/\r\n?/g, '\n');
  const character = characterError(source);
  if (character) return { ok: false, errors: [character] };
  const lines = source.split('\n');
  if (lines.length > MAX_LINES) return tooLong(`${MAX_LINES} lines`);
  return type === 'rule' ? readRule(lines) : readSectioned(type, lines);
}

function tooLong(limit: string): ParsedDocument {
  const message = `the document is longer than ${limit}`;
  return { ok: false, errors: [{ line: 1, section: null, rule: 'size', message, fix: 'make it shorter' }] };
}

function nestedTooDeep(line: number): ParsedDocument {
  const message = 'lists and quotes are nested too deep';
  const fix = 'have at most five lists in each other';
  return { ok: false, errors: [{ line, section: null, rule: 'nesting', message, fix }] };
}

function readSectioned(type: SectionedType, lines: string[]): ParsedDocument {
  const frontMatter = readFrontMatter(lines);
  if (frontMatter) lines.fill('', 0, frontMatter.end);
  const blocks = readBlocks(lines.join('\n'));
  const tooDeep = blocks.find((block) => block.tooDeep !== null)?.tooDeep ?? null;
  if (tooDeep !== null) return nestedTooDeep(tooDeep + 1);
  const { title, parts, errors: divided } = divide(blocks, lines.length);
  const { sections, errors: checked } = checkSections(type, parts, title?.line ?? 1);
  const errors = [...(frontMatter ? [frontMatterError(type)] : []), ...divided, ...checked];
  const titled = { title: title?.text ?? '', line: title?.line ?? 1 };
  switch (type) {
    case 'context':
      return readContext(titled, sections, lines, errors);
    case 'component':
      return outcome({ type, ...titled, sections: textOf(sections, lines) as ComponentDocument['sections'] }, errors);
    case 'review':
      return readReview(titled, sections, lines, errors);
  }
}

interface Title {
  readonly title: string;
  readonly line: number;
}
type Parts = ReadonlyMap<string, Part>;

function readContext(
  title: Title,
  parts: Parts,
  lines: readonly string[],
  found: readonly DocumentError[],
): ParsedDocument {
  const components = parts.get('Components');
  const dependencies = parts.get('Dependencies');
  const entries = components ? readEntries(components, lines, COMPONENTS) : { entries: [], errors: [] };
  const listed = dependencies ? readDependencies(dependencies, lines) : { dependencies: [], errors: [] };
  const document: ContextDocument = {
    type: 'context',
    ...title,
    // Checked: what is missing is among the errors.
    sections: textOf(parts, lines) as ContextDocument['sections'],
    components: entries.entries.map(({ name, value, more, text, line }) => ({
      name,
      type: value,
      description: text,
      priority: more.has('priority') ? Number(more.get('priority')) : null,
      dependsOn: more.has('depends on') ? namesOf(more.get('depends on')!) : null,
      line,
    })),
    dependencies: listed.dependencies,
  };
  return outcome(document, [...found, ...entries.errors, ...listed.errors]);
}

function readReview(
  title: Title,
  parts: Parts,
  lines: readonly string[],
  found: readonly DocumentError[],
): ParsedDocument {
  const section = parts.get('Verdicts');
  const { entries, errors } = section ? readEntries(section, lines, REVIEWED) : { entries: [], errors: [] };
  const document: ReviewDocument = {
    type: 'review',
    ...title,
    sections: textOf(parts, lines) as ReviewDocument['sections'],
    verdicts: entries.flatMap(({ name, value, text, line }) =>
      isVerdict(value) ? [{ component: name, verdict: value, findings: text, line }] : [],
    ),
  };
  return outcome(document, [...found, ...errors]);
}

function textOf(parts: Parts, lines: readonly string[]): Readonly<Record<string, Section>> {
  const texts = [...parts].map(([name, { from, to, line }]): [string, Section] => [
    name,
    { text: textBetween(lines, from, to), line: line + 1 },
  ]);
  return Object.fromEntries(texts);
}

function outcome(
  document: ContextDocument | ComponentDocument | ReviewDocument,
  errors: readonly DocumentError[],
): ParsedDocument {
  return errors.length === 0 ? { ok: true, document } : { ok: false, errors: listErrors(errors) };
}

function frontMatterError(type: SectionedType): DocumentError {
  const message = `a ${type} document has no front matter`;
  return { line: 1, section: null, rule: 'front-matter', message, fix: 'remove it' };
}

function namesOf(value: string): readonly string[] {
  return value.split(',').map((name) => name.trim().replace(/^`(.*)`$/, '$1'));
}

/** Why a list of component names is refused. An empty one is left out rather than written. */
function namesFault(value: string): string | null {
  const names = namesOf(value);
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice !== undefined) return `names ${quoted(twice)} twice`;
  const bad = names.find((name) => nameFault(name) !== null);
  return bad === undefined ? null : `holds ${quoted(bad)}, which ${nameFault(bad)}`;
}

/** As in `specwright.yaml`. */
function priorityFault(value: string): string | null {
  return /^-?\d{1,4}$/.test(value) && Math.abs(Number(value)) <= 1000 ? null : 'is no whole number from -1000 to 1000';
}

function isVerdict(value: string): value is ReviewVerdict['verdict'] {
  return (VERDICTS as readonly string[]).includes(value);
}

/** What a review leaves out: a verdict for every component, and none for others. */
export function verdictErrors(review: ReviewDocument, components: readonly string[]): readonly DocumentError[] {
  const judged = new Set(review.verdicts.map(({ component }) => component));
  const known = new Set(components);
  const missing = components
    .filter((name) => !judged.has(name))
    .map((name): DocumentError => {
      const fix = `add "### ${name}" with its table`;
      const { line } = review.sections.Verdicts;
      return { line, section: 'Verdicts', rule: 'entry-missing', message: `${quoted(name)} has no verdict`, fix };
    });
  const foreign = review.verdicts
    .filter(({ component }) => !known.has(component))
    .map(({ component, line }): DocumentError => {
      const message = `${quoted(component)} is none of the components under review`;
      const fix = `use ${components.slice(0, 50).join(', ')}`;
      return { line, section: 'Verdicts', rule: 'entry-unknown', message, fix };
    });
  return listErrors([...missing, ...foreign]);
}
