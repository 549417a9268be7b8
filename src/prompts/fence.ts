/**
 * Text from outside, marked as data: the fence is longer than any run of backquotes inside, so the text cannot end it
 * and speak as specwright.
 */
export function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map((run) => run[0].length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}text\n${text}\n${fence}`;
}

/** Cuts a text to `max` characters and says so. */
export function clipped(text: string, max: number): string {
  return text.length <= max
    ? text
    : `${text.slice(0, max).toWellFormed()}\n[cut: ${text.length - max} more characters]`;
}

/** The parts that always go in, then as many of the others as fit into `max` characters; the rest is named. */
export function bounded(always: readonly string[], more: readonly string[], max: number): readonly string[] {
  let room = max - always.join('').length;
  const kept: string[] = [];
  const cut: string[] = [];
  for (const part of more) {
    if (part.length > room) {
      cut.push(part.split('\n', 1)[0] ?? '');
      continue;
    }
    room -= part.length;
    kept.push(part);
  }
  const note = cut.length === 0 ? [] : [`# Left out for length\n\n${clipped(cut.join('\n'), 2_000)}`];
  return [...always, ...kept, ...note];
}
