import type { Page } from '../../ports/session-reader.js';

const MAX_PAGE = 200;

/** Where a page ended, newest first: the time breaks no ties, the id does. */
export interface Keyset {
  readonly createdAt: string;
  readonly id: string;
}

export const pageLimit = (asked: number): number => Math.min(Math.max(1, Math.trunc(asked) || 1), MAX_PAGE);

/** A page of rows of which one more than `limit` was asked for. */
export function pageOf<Row>(rows: readonly Row[], limit: number, keysetOf: (row: Row) => Keyset): Page<Row> {
  const items = rows.slice(0, limit);
  return { items, cursor: rows.length > limit ? toCursor(keysetOf(items.at(-1)!)) : null };
}

function toCursor({ createdAt, id }: Keyset): string {
  return Buffer.from(`${createdAt} ${id}`).toString('base64url');
}

/** Null for a cursor that {@link pageOf} did not make. */
export function fromCursor(text: string, isId: (id: string) => boolean): Keyset | null {
  const [createdAt = '', id = '', ...more] = Buffer.from(text, 'base64url').toString('utf8').split(' ');
  const isTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/.test(createdAt);
  return isTime && isId(id) && more.length === 0 ? { createdAt, id } : null;
}
