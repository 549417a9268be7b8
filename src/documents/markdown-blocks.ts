import MarkdownIt, { type StateBlock, type Token } from 'markdown-it';

/** One block of the top level. Lines count from 0; `end` is the line after it. */
export interface Block {
  readonly kind: 'heading' | 'table' | 'list' | 'other';
  readonly start: number;
  readonly end: number;
  /** 1 to 6 for headings, else 0. */
  readonly level: number;
  /** A heading's source on one line. */
  readonly text: string;
  readonly items: readonly Item[];
  /** Shows nothing to a reader: a comment, a rule, an empty list. Headings are blank too. */
  readonly blank: boolean;
  /** The line where lists and quotes are nested too deep; the library gives up there, on all that follows. */
  readonly tooDeep: number | null;
}

export interface Item {
  readonly text: string;
  readonly line: number;
  /** Has more than one paragraph. */
  readonly more: boolean;
}

const SPACE = 0x20;
const TAB = 0x09;

/** Six lists in each other: a list and its item count one each. It is a factor of the time for hostile text. */
const MAX_NESTING = 12;

// Blocks only: inline markup is text here.
const markdown = new MarkdownIt({ html: true, maxNesting: MAX_NESTING });
markdown.core.ruler.enableOnly(['normalize', 'block']);
markdown.block.ruler.disable('reference');
markdown.block.ruler.at('table', tableExtent, { alt: ['paragraph', 'reference'] });

/** The blocks of the top level: what looks like a heading inside a fence, a list, a quote or a comment is none. */
export function readBlocks(source: string): readonly Block[] {
  const blocks: Block[] = [];
  const tokens = markdown.parse(source, {});
  for (let at = 0; at < tokens.length;) {
    const end = endOf(tokens, at);
    const block = toBlock(tokens, at, end);
    if (block) blocks.push(block);
    at = end;
  }
  return blocks;
}

/** The index after the block that begins at `start`. */
function endOf(tokens: readonly Token[], start: number): number {
  if (tokens[start]?.nesting !== 1) return start + 1;
  let at = start + 1;
  while (at < tokens.length && !(tokens[at]?.nesting === -1 && tokens[at]?.level === 0)) at += 1;
  return at + 1;
}

function toBlock(tokens: readonly Token[], from: number, to: number): Block | null {
  const first = tokens[from];
  if (!first?.map) return null;
  const [start, end] = first.map;
  const base = { start, end, level: 0, text: '', items: [], blank: false, tooDeep: null };
  switch (first.type) {
    case 'heading_open': {
      const text = oneLine(tokens[from + 1]?.content ?? '');
      return { ...base, kind: 'heading', level: Number(first.tag.slice(1)), text, blank: true };
    }
    case 'table':
      return { ...base, kind: 'table' };
    case 'bullet_list_open':
    case 'ordered_list_open':
      return { ...base, ...contentOf(tokens, from, to), kind: 'list', items: itemsOf(tokens, from, to) };
    default:
      return { ...base, ...contentOf(tokens, from, to), kind: 'other' };
  }
}

function contentOf(tokens: readonly Token[], from: number, to: number): Pick<Block, 'blank' | 'tooDeep'> {
  return { blank: !hasText(tokens, from, to), tooDeep: tooDeepAt(tokens, from, to) };
}

function tooDeepAt(tokens: readonly Token[], from: number, to: number): number | null {
  for (let at = from; at < to; at += 1) {
    const token = tokens[at];
    if (!token || token.level + 1 < MAX_NESTING) continue;
    if (token.type === 'list_item_open' || token.type === 'blockquote_open') return token.map?.[0] ?? null;
  }
  return null;
}

function itemsOf(tokens: readonly Token[], from: number, to: number): readonly Item[] {
  const items: { text: string; line: number; more: boolean; blocks: number }[] = [];
  for (let at = from; at < to; at += 1) {
    const token = tokens[at];
    if (token?.type === 'list_item_open' && token.level === 1) {
      items.push({ text: '', line: token.map?.[0] ?? 0, more: false, blocks: 0 });
    }
    const item = items.at(-1);
    if (!item || !token || token.level !== 2 || token.nesting === -1) continue;
    item.blocks += 1;
    item.more = item.blocks > 1 || token.type !== 'paragraph_open';
    if (!item.more) item.text = oneLine(tokens[at + 1]?.content ?? '');
  }
  return items.map(({ text, line, more }) => ({ text, line, more }));
}

function hasText(tokens: readonly Token[], from: number, to: number): boolean {
  for (let at = from; at < to; at += 1) {
    const { type, content } = tokens[at] ?? { type: '', content: '' };
    if (type === 'table') return true;
    if (type === 'html_block' ? !isComment(content) : isShown(content)) return true;
  }
  return false;
}

/** Invisible format characters are no text. */
const isShown = (content: string): boolean => /[^\s\p{Cf}\p{Cc}]/u.test(content);

function isComment(html: string): boolean {
  const text = html.trim();
  if (!text.startsWith('<!--')) return false;
  const end = text.indexOf('-->');
  return end < 0 || end === text.length - 3;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

/**
 * The extent of a table of GitHub Flavored Markdown, in place of the library's rule: that one makes tokens for the cells
 * missing in short rows, up to 65,536 for each table, so that 23 KB of small tables make 3 million (750 MB).
 */
function tableExtent(state: StateBlock, startLine: number, endLine: number, silent: boolean): boolean {
  if (startLine + 1 >= endLine || !isAtMargin(state, startLine) || !isAtMargin(state, startLine + 1)) return false;
  const delimiter = lineOf(state, startLine + 1);
  if (!/^[|:-][|:\t -]+$/.test(delimiter) || /^-[\t ]/.test(delimiter)) return false;
  const header = lineOf(state, startLine);
  const delimiters = splitRow(delimiter);
  if (!header.includes('|') || !delimiters.every((cell) => /^:?-+:?$/.test(cell))) return false;
  if (splitRow(header).length !== delimiters.length) return false;
  if (silent) return true;
  const ends = state.md.block.ruler.getRules('blockquote');
  const parentType = state.parentType;
  state.parentType = 'table';
  let line = startLine + 2;
  while (line < endLine && isAtMargin(state, line) && lineOf(state, line) !== '') {
    const next = line;
    if (ends.some((rule) => rule(state, next, endLine, true))) break;
    line += 1;
  }
  state.parentType = parentType;
  state.push('table', 'table', 0).map = [startLine, line];
  state.line = line;
  return true;
}

function isAtMargin(state: StateBlock, line: number): boolean {
  const indent = (state.sCount[line] ?? 0) - state.blkIndent;
  return indent >= 0 && indent < 4;
}

function lineOf(state: StateBlock, line: number): string {
  return state.src.slice((state.bMarks[line] ?? 0) + (state.tShift[line] ?? 0), state.eMarks[line]).trim();
}

/** The cells of one row; `\|` is a bar in the text. */
export function splitRow(row: string): readonly string[] {
  const cells: string[] = [];
  const text = row.trim();
  let from = text.startsWith('|') ? 1 : 0;
  for (let at = from; at < text.length; at += 1) {
    if (text[at] !== '|' || text[at - 1] === '\\') continue;
    cells.push(text.slice(from, at));
    from = at + 1;
  }
  if (from < text.length) cells.push(text.slice(from));
  return cells.map((cell) => cell.trim().replaceAll('\\|', '|'));
}

/** Whether a line is blank to markdown, by its character codes. */
export function isBlankLine(line: string): boolean {
  for (let at = 0; at < line.length; at += 1) {
    const code = line.charCodeAt(at);
    if (code !== SPACE && code !== TAB) return false;
  }
  return true;
}
