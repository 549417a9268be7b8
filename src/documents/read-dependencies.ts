import { nameFault } from '../domain/names.js';
import type { DesignedDependency, DocumentError } from './document.js';
import { quoted } from './document-errors.js';
import type { Item } from './markdown-blocks.js';
import { textBetween, type Part } from './split-sections.js';

const SECTION = 'Dependencies';
const MAX_DEPENDENCIES = 200;
const MAX_NOTE = 1_000;
const NONE = /^(?:none|n\/a|no dependencies|this (?:context|component) has no dependencies)\.?$/i;

export interface ReadDependencies {
  readonly dependencies: readonly DesignedDependency[];
  readonly errors: readonly DocumentError[];
}

/** A flat list, `- Name` or `- Name: why`; or one sentence that says that there are none. */
export function readDependencies(section: Part, lines: readonly string[]): ReadDependencies {
  const items = section.blocks.flatMap((block) => block.items);
  const text = textBetween(lines, section.from, section.to);
  if (items.length === 0 && NONE.test(text)) return { dependencies: [], errors: [] };
  const [only] = items;
  if (only && items.length === 1 && !only.more && NONE.test(only.text)) return { dependencies: [], errors: [] };
  const refuse = (line: number, message: string): ReadDependencies => {
    const fix = 'write one flat list, "- Name" or "- Name: why" for each, or the word "None."';
    return { dependencies: [], errors: [{ line, section: SECTION, rule: 'dependency-list', message, fix }] };
  };
  if (items.length === 0) return refuse(section.line + 1, 'there is no list of dependencies');
  if (items.length > MAX_DEPENDENCIES) {
    return refuse(section.line + 1, `there are ${items.length} dependencies, more than ${MAX_DEPENDENCIES}`);
  }
  const nested = items.find(({ more }) => more);
  if (nested) return refuse(nested.line + 1, `${quoted(nested.text)} has more than a name and a note`);
  const read = items.map(readItem);
  const dependencies = read.flatMap((item) => ('name' in item ? [item] : []));
  const errors = read.flatMap((item) => ('name' in item ? [] : [item]));
  return { dependencies, errors: [...errors, ...duplicates(dependencies)] };
}

function readItem({ text, line }: Item): DesignedDependency | DocumentError {
  const space = text.indexOf(' ');
  const word = space < 0 ? text : text.slice(0, space);
  const rest = space < 0 ? '' : text.slice(space + 1);
  const name = unmarked(word);
  const fault = dependencyFault(name) ?? noteFault(word, rest);
  if (fault === null) return { name, note: rest.replace(/^[-–—]\s*/, ''), line: line + 1 };
  return {
    line: line + 1,
    section: SECTION,
    rule: 'dependency-name',
    message: `${quoted(text)} ${fault}`,
    fix: 'write "- Name" or "- Context/Name", and a note only after a colon: "- Name: why"',
  };
}

/** Without the backquotes, asterisks and colon that people write around a name. */
function unmarked(word: string): string {
  const plain = word.replace(/:$/, '').replace(/^(\*\*|`)(.*)\1$/, '$2');
  return plain.replace(/:$/, '');
}

/** A component or context by its name, or `Context/Name`. */
function dependencyFault(name: string): string | null {
  const parts = name.split('/');
  if (parts.length > 2) return 'has more than one "/"';
  return parts.map(nameFault).find((fault) => fault !== null) ?? null;
}

function noteFault(word: string, rest: string): string | null {
  if (rest.length > MAX_NOTE) return `has a note of more than ${MAX_NOTE} characters`;
  const isNote = rest === '' || /:\W*$/.test(word) || /^[-–—(]/.test(rest);
  return isNote ? null : 'is more than a name';
}

function duplicates(dependencies: readonly DesignedDependency[]): readonly DocumentError[] {
  const seen = new Map<string, number>();
  return dependencies.flatMap(({ name, line }): readonly DocumentError[] => {
    const first = seen.get(name);
    if (first === undefined) seen.set(name, line);
    if (first === undefined) return [];
    const message = `${quoted(name)} is there a second time, after line ${first}`;
    return [{ line, section: SECTION, rule: 'dependency-duplicate', message, fix: 'name each dependency once' }];
  });
}
