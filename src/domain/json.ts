export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

export const MAX_JSON_DEPTH = 64;

/** Why a value cannot be stored as JSON text in Postgres, or null when it can. `path` names the offending place. */
export interface JsonFault {
  readonly path: string;
  readonly reason: string;
}

/** Text that Postgres and RFC 8785 can hold: no U+0000 and no lone surrogates. */
export function textFault(text: string): string | null {
  if (text.includes('\u0000')) return 'contains U+0000';
  if (!text.isWellFormed()) return 'contains a lone surrogate';
  return null;
}

/** Text that is shown on one line, too: no control characters either. */
export function lineFault(text: string): string | null {
  return textFault(text) ?? (/\p{Cc}/u.test(text) ? 'holds a control character' : null);
}

/** Finds the first thing in `value` that is not JSON, too deep, or not storable as text. */
export function jsonFault(value: unknown, path = '$', depth = 0): JsonFault | null {
  if (depth > MAX_JSON_DEPTH) return { path: clip(path), reason: `is nested deeper than ${MAX_JSON_DEPTH}` };
  if (value === null || typeof value === 'boolean') return null;
  if (typeof value === 'string') return faultAt(path, textFault(value));
  if (typeof value === 'number') return faultAt(path, Number.isFinite(value) ? null : 'is not a finite number');
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      const fault = jsonFault(item, `${path}[${index}]`, depth + 1);
      if (fault) return fault;
    }
    return null;
  }
  if (typeof value !== 'object') return { path: clip(path), reason: `is ${typeof value}, not JSON` };
  for (const [key, item] of Object.entries(value)) {
    const inKey = textFault(key);
    if (inKey) return { path: clip(path), reason: `has a key that ${inKey}` };
    if (item === undefined) continue;
    const fault = jsonFault(item, `${path}.${key}`, depth + 1);
    if (fault) return fault;
  }
  return null;
}

function faultAt(path: string, reason: string | null): JsonFault | null {
  return reason === null ? null : { path: clip(path), reason };
}

function clip(path: string): string {
  return path.length <= 120 ? path : `${path.slice(0, 117)}...`;
}

/**
 * Canonical JSON as in RFC 8785: keys sorted by UTF-16 code units, numbers as ECMAScript prints them, no white space.
 * Call it only on values without a {@link jsonFault}.
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item ?? null)).join(',')}]`;
  if (value !== null && typeof value === 'object') {
    const members = Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`);
    return `{${members.join(',')}}`;
  }
  return JSON.stringify(value);
}
