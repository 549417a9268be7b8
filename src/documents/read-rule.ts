import { componentTypeFault } from '../domain/names.js';
import { SESSION_TYPE_NAMES } from '../domain/session.js';
import type { DocumentError, ParsedDocument, RuleDocument } from './document.js';
import { listErrors, quoted } from './document-errors.js';
import { type FrontMatter, readFrontMatter } from './front-matter.js';
import { readBlocks } from './markdown-blocks.js';
import { plainTitle, textBetween, titleFault } from './split-sections.js';

const SECTION = 'front matter';
const KEYS = ['componentType', 'sessionType'] as const;
const MAX_TEXT = 20_000;
const FORM = '"---", "componentType: *", "sessionType: *", "---"';

/** A rule: front matter that says what it is for, then text of any form. */
export function readRule(lines: readonly string[]): ParsedDocument<'rule'> {
  const frontMatter = readFrontMatter(lines);
  if (!frontMatter) {
    const message = 'there is no front matter';
    const fix = `begin the file with the lines ${FORM}`;
    return { ok: false, errors: [{ line: 1, section: SECTION, rule: 'front-matter', message, fix }] };
  }
  const values = new Map(frontMatter.fields.map(({ key, value }) => [key, value]));
  const body = readBody(lines, frontMatter.end);
  const errors = [...frontMatterErrors(frontMatter), ...body.errors];
  if (errors.length > 0) return { ok: false, errors: listErrors(errors) };
  const document: RuleDocument = {
    type: 'rule',
    title: body.title,
    componentType: values.get('componentType') ?? '*',
    sessionType: (values.get('sessionType') ?? '*') as RuleDocument['sessionType'],
    text: body.text,
    line: body.line,
  };
  return { ok: true, document };
}

function frontMatterErrors({ fields, unreadable }: FrontMatter): readonly DocumentError[] {
  const error = (line: number, message: string, fix: string): DocumentError => ({
    line,
    section: SECTION,
    rule: 'front-matter',
    message,
    fix,
  });
  const errors = unreadable.map((line) => error(line, 'this is no "key: value"', `write ${FORM}`));
  const seen = new Set<string>();
  for (const { key, value, line } of fields) {
    if (!(KEYS as readonly string[]).includes(key)) {
      errors.push(error(line, `${quoted(key)} is no key of a rule`, `use ${KEYS.join(' and ')}`));
    } else if (seen.has(key)) {
      errors.push(error(line, `${key} is there a second time`, 'keep one of the lines'));
    } else {
      seen.add(key);
      const fault = key === 'componentType' ? ruleComponentFault(value) : sessionTypeFault(value);
      if (fault !== null) errors.push(error(line, `${key} ${fault.message}`, fault.fix));
    }
  }
  const missing = KEYS.filter((key) => !seen.has(key));
  return [...errors, ...missing.map((key) => error(1, `${key} is missing`, `add the line "${key}: *"`))];
}

function ruleComponentFault(value: string): { message: string; fix: string } | null {
  const message = value === '*' ? null : componentTypeFault(value);
  return message === null ? null : { message, fix: 'write * or a component type' };
}

function sessionTypeFault(value: string): { message: string; fix: string } | null {
  if (value === '*' || (SESSION_TYPE_NAMES as readonly string[]).includes(value)) return null;
  return { message: `is ${quoted(value)}`, fix: `write * or one of ${SESSION_TYPE_NAMES.join(', ')}` };
}

interface Body {
  readonly title: string | null;
  readonly text: string;
  readonly line: number;
  readonly errors: readonly DocumentError[];
}

function readBody(lines: readonly string[], from: number): Body {
  const text = textBetween(lines, from, lines.length);
  const start = lines.findIndex((line, index) => index >= from && line.trim() !== '');
  const line = Math.max(start, 0) + 1;
  const blocks = readBlocks(text);
  const heading = blocks[0]?.kind === 'heading' && blocks[0].level === 1 ? blocks[0].text : null;
  const errors: DocumentError[] = [];
  const at = { section: null, line };
  if (blocks.every(({ blank }) => blank)) {
    const fix = 'write after the front matter what is to be done';
    errors.push({ section: null, line: 1, rule: 'section-empty', message: 'the rule has no text', fix });
  }
  if (text.length > MAX_TEXT) {
    const message = `the rule is longer than ${MAX_TEXT} characters`;
    errors.push({ ...at, rule: 'size', message, fix: 'make it shorter: it goes into every prompt that it matches' });
  }
  const fault = heading === null ? null : titleFault(heading);
  if (fault !== null)
    errors.push({ ...at, rule: 'title-text', message: `the title ${fault}`, fix: 'write "# " and a short name' });
  return { title: heading === null ? null : plainTitle(heading), text, line, errors };
}
