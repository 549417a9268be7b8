import type { DocumentError } from './document.js';
import { quoted } from './document-errors.js';
import { allowedSections, ENTRY_SECTIONS, SECTIONS, type SectionedType } from './section-table.js';
import type { Part } from './split-sections.js';

export interface CheckedSections {
  /** By the name of the table, in the document's order. */
  readonly sections: ReadonlyMap<string, Part>;
  readonly errors: readonly DocumentError[];
}

/** Each section known, once, with text; and all there that have to be. */
export function checkSections(type: SectionedType, parts: readonly Part[], titleLine: number): CheckedSections {
  const allowed = new Map(allowedSections(type).map((name) => [keyOf(name), name]));
  const sections = new Map<string, Part>();
  const errors: DocumentError[] = [];
  for (const part of parts) {
    const name = allowed.get(keyOf(part.heading));
    const line = part.line + 1;
    if (name === undefined) {
      errors.push(unknownSection(type, part.heading, line));
      continue;
    }
    const first = sections.get(name);
    if (first) {
      const message = `the section is there a second time, after line ${first.line + 1}`;
      errors.push({ line, section: name, rule: 'section-duplicate', message, fix: 'make one section of both' });
      continue;
    }
    sections.set(name, part);
    if (isEmpty(name, part)) errors.push(emptySection(type, name, line));
  }
  return { sections, errors: [...errors, ...missingSections(type, sections, titleLine)] };
}

/** Case, spacing and a colon at the end make no difference. */
function keyOf(heading: string): string {
  return heading.replace(/:$/, '').trim().toLowerCase();
}

function isEmpty(name: string, { blocks }: Part): boolean {
  // An entry without anything has an error of its own.
  if (ENTRY_SECTIONS.includes(name) && blocks.some(({ kind }) => kind === 'heading')) return false;
  return blocks.every(({ blank }) => blank);
}

function emptySection(type: SectionedType, section: string, line: number): DocumentError {
  const isRequired = (SECTIONS[type].required as readonly string[]).includes(section);
  const fix = isRequired
    ? 'write it; if there is nothing to say, say so in a sentence'
    : 'write it, or remove the heading';
  return { line, section, rule: 'section-empty', message: 'the section has no text', fix };
}

function unknownSection(type: SectionedType, heading: string, line: number): DocumentError {
  return {
    line,
    section: heading.length <= 80 ? heading : `${heading.slice(0, 79).toWellFormed()}…`,
    rule: 'section-unknown',
    message: `${quoted(heading)} is no section of a ${type} document`,
    fix: `use ${allowedSections(type).join(', ')}; a heading inside a section takes "###"`,
  };
}

function missingSections(
  type: SectionedType,
  sections: ReadonlyMap<string, Part>,
  line: number,
): readonly DocumentError[] {
  const { required, anyOf } = SECTIONS[type];
  const errors = required
    .filter((name) => !sections.has(name))
    .map((section): DocumentError => {
      const fix = `add "## ${section}" and write it`;
      return { line, section, rule: 'section-missing', message: 'the section is missing', fix };
    });
  const [first, ...others] = anyOf;
  if (first === undefined || anyOf.some((name) => sections.has(name))) return errors;
  const message = `the section is missing, and so is ${others.join(', ')}`;
  const fix = `add "## ${first}" and write it`;
  return [...errors, { line, section: first, rule: 'section-missing', message, fix }];
}
