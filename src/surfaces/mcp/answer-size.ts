import { RefusedError } from '../../api/sessions.js';

/** Whatever is asked, an answer leaves the agent's context to its work; the rest is had with a cursor. */
export const MAX_ANSWER_BYTES = 4_096;

export const fits = (answer: object): boolean => Buffer.byteLength(JSON.stringify(answer)) <= MAX_ANSWER_BYTES;

/** The beginning of a text, in at most that many bytes of JSON: text from outside may be any characters. */
export function clip(text: string, maxBytes: number): string {
  let clipped = text.slice(0, maxBytes).toWellFormed();
  while (Buffer.byteLength(JSON.stringify(clipped)) > maxBytes + 2) {
    clipped = clipped.slice(0, Math.floor(clipped.length * 0.8)).toWellFormed();
  }
  return clipped;
}

/** As much of a text as fits beside `head`, and where to go on; the cursor is null at the end. */
export function textPage(head: object, text: string, cursor: string | undefined): object {
  const from = offsetOf(cursor, text.length);
  const page = (end: number) => ({
    ...head,
    length: text.length,
    text: text.slice(from, end),
    cursor: end < text.length ? String(end) : null,
  });
  const end = mostThatFits(from, text.length, (at) => fits(page(at)));
  // Never between the two halves of a character.
  const isCut = end < text.length && end > from + 1 && /[\ud800-\udbff]/.test(text[end - 1] ?? '');
  return page(isCut ? end - 1 : end);
}

/** As many items as fit beside `head`, and where to go on. */
export function itemsPage(head: object, items: readonly unknown[], cursor: string | undefined): object {
  const from = offsetOf(cursor, items.length);
  const page = (end: number) => ({
    ...head,
    items: items.slice(from, end),
    cursor: end < items.length ? String(end) : null,
  });
  return page(mostThatFits(from, items.length, (at) => fits(page(at))));
}

/** At least one further, so that following cursors comes to an end; callers keep a single item small. */
function mostThatFits(from: number, length: number, isFine: (end: number) => boolean): number {
  if (isFine(length)) return length;
  let [fine, tooFar] = [Math.min(from + 1, length), length];
  while (tooFar - fine > 1) {
    const middle = Math.floor((fine + tooFar) / 2);
    if (isFine(middle)) fine = middle;
    else tooFar = middle;
  }
  return fine;
}

function offsetOf(cursor: string | undefined, length: number): number {
  if (cursor === undefined) return 0;
  const offset = /^[0-9]{1,9}$/.test(cursor) ? Number(cursor) : Number.NaN;
  if (offset <= length) return offset;
  const fix = 'use the cursor of the answer before, with the same other arguments';
  throw new RefusedError({ code: 'invalid_input', message: 'this is no cursor of this text', field: 'cursor', fix });
}
