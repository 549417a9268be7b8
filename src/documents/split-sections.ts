import type { DocumentError } from './document.js';
import { quoted } from './document-errors.js';
import { isBlankLine, type Block } from './markdown-blocks.js';

const MAX_TITLE = 200;

/** A heading and what stands under it; its text is `lines.slice(from, to)`. Lines count from 0. */
export interface Part {
  readonly heading: string;
  readonly line: number;
  readonly from: number;
  readonly to: number;
  readonly blocks: readonly Block[];
}

export interface Divided {
  readonly title: { readonly text: string; readonly line: number } | null;
  readonly parts: readonly Part[];
  readonly errors: readonly DocumentError[];
}

/** The parts under headings of `level`; `before` holds the blocks that come before the first of them. */
export function partsAt(
  blocks: readonly Block[],
  level: number,
  to: number,
): { readonly before: readonly Block[]; readonly parts: readonly Part[] } {
  const starts = blocks.flatMap((block, index) => (block.kind === 'heading' && block.level <= level ? [index] : []));
  const parts = starts.map((index, at): Part => {
    const next = starts[at + 1];
    const heading = blocks[index] as Block;
    return {
      heading: heading.text,
      line: heading.start,
      from: heading.end,
      to: next === undefined ? to : (blocks[next] as Block).start,
      blocks: blocks.slice(index + 1, next),
    };
  });
  return { before: blocks.slice(0, starts[0] ?? blocks.length), parts };
}

/** Title and sections of a document: one `#` heading, then `##` headings with text under each. */
export function divide(blocks: readonly Block[], lineCount: number): Divided {
  const { before, parts } = partsAt(blocks, 2, lineCount);
  const levels = new Map(blocks.map((block) => [block.start, block.level]));
  const titles = parts.filter((part) => levels.get(part.line) === 1);
  const sections = parts.filter((part) => levels.get(part.line) === 2);
  const [title] = titles;
  const outside = [before, title?.blocks ?? []].flatMap((some) => {
    const first = some.find((block) => !block.blank || block.kind === 'heading');
    return first ? [outsideError(first)] : [];
  });
  return {
    title: title ? { text: plainTitle(title.heading), line: title.line + 1 } : null,
    parts: sections,
    errors: [...titleErrors(titles, sections[0]), ...outside],
  };
}

function titleErrors(titles: readonly Part[], firstSection: Part | undefined): readonly DocumentError[] {
  const [title, ...others] = titles;
  if (!title) {
    const fix = 'begin the document with "# " and the name of what it describes';
    return [{ line: 1, section: null, rule: 'title-missing', message: 'there is no title', fix }];
  }
  const errors = others.map(({ line, heading }): DocumentError => {
    const message = `${quoted(heading)} is a second title`;
    return {
      line: line + 1,
      section: null,
      rule: 'title-second',
      message,
      fix: 'use one "# " heading; make this one "###"',
    };
  });
  const at = { line: title.line + 1, section: null };
  const fault = titleFault(title.heading);
  if (fault !== null)
    errors.push({ ...at, rule: 'title-text', message: `the title ${fault}`, fix: 'write "# " and a short name' });
  if (firstSection && firstSection.line < title.line) {
    const message = `the title comes after the section ${quoted(firstSection.heading)}`;
    errors.push({ ...at, rule: 'title-first', message, fix: 'move it to the first line' });
  }
  return errors;
}

export function titleFault(heading: string): string | null {
  if (heading.length > MAX_TITLE) return `is longer than ${MAX_TITLE} characters`;
  if (!/[^\s\p{Cf}\p{Cc}]/u.test(plainTitle(heading))) return 'has no text';
  return /\p{Cc}/u.test(heading) ? 'holds a control character' : null;
}

/** Without `#` at its end, which `# …` would take for a closing sequence where `===` underneath does not. */
export function plainTitle(heading: string): string {
  return heading
    .slice(0, MAX_TITLE)
    .replace(/(?:(?:^|\s)#+)+$/, '')
    .trim();
}

function outsideError({ start }: Block): DocumentError {
  return {
    line: start + 1,
    section: null,
    rule: 'text-outside-section',
    message: 'there is text before the first section',
    fix: 'begin with the title, and move the text into a section, or remove it',
  };
}

/** What is written from one line to another, without blank lines around it. */
export function textBetween(lines: readonly string[], from: number, to: number): string {
  let start = from;
  let end = to;
  while (start < end && isBlankLine(lines[start] ?? '')) start += 1;
  while (end > start && isBlankLine(lines[end - 1] ?? '')) end -= 1;
  return lines.slice(start, end).join('\n');
}
