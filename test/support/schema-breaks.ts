import type { ApiDocument, Schema } from './openapi-document.js';

/** One way in which a value can be made wrong. Whether it really is, its schema says: see the caller. */
export interface Break {
  readonly what: string;
  /** Refused whatever the schema says: text and depths that nothing here stores. */
  readonly isHostile?: true;
  /** The whole value, with that one place broken. */
  readonly make: () => unknown;
}

/** No text that a database holds. */
const UNSTORABLE = ['\u0000', '\ud800', 'a\udfffb'];
const WRONG: readonly unknown[] = [null, [], {}, [[]], { $ne: 1 }, true, -1, 0.5, 1e308, '', 'no such word', ['a']];
const PROTOTYPE_KEYS = ['__proto__', 'constructor', 'prototype', 'toString'];
const DEPTH = 3_000;

/** Every place of `value` broken in every way: type, limits, pattern, enum, missing and extra members, hostile text and keys. */
export function breaksOf(document: ApiDocument, schema: Schema, value: unknown): readonly Break[] {
  return breaksAt(document, schema, value, '$');
}

function breaksAt(document: ApiDocument, given: Schema, value: unknown, at: string): readonly Break[] {
  const schema = branchOf(document, document.resolve(given), value);
  const wrong = WRONG.map((other): Break => ({ what: `${at} is ${JSON.stringify(other)}`, make: () => other }));
  const deep: Break = { what: `${at} is deep`, isHostile: true, make: () => nested(DEPTH) };
  if (typeof value === 'string') return [...wrong, deep, ...textBreaks(schema, value, at)];
  if (typeof value === 'number') return [...wrong, deep, ...numberBreaks(schema, at)];
  if (Array.isArray(value)) return [...wrong, deep, ...listBreaks(document, schema, value, at)];
  if (isObject(value)) return [...wrong, deep, ...objectBreaks(document, schema, value, at)];
  return [...wrong, deep];
}

/** The branch that the value was made by; any will do where several fit. */
function branchOf(document: ApiDocument, schema: Schema, value: unknown): Schema {
  const branches = (schema.anyOf ?? []).map((one) => document.resolve(one));
  return branches.find((one) => document.validator(one)(value)) ?? schema;
}

function textBreaks({ minLength, maxLength, pattern }: Schema, value: string, at: string): readonly Break[] {
  const hostile = UNSTORABLE.map((bad): Break => {
    return { what: `${at} ends with ${JSON.stringify(bad)}`, isHostile: true, make: () => `${value}${bad}` };
  });
  const texts: [string, () => string][] = [];
  if (maxLength !== undefined) texts.push(['too long', () => value.padEnd(maxLength + 1, 'x')]);
  if (minLength !== undefined && minLength > 1) texts.push(['too short', () => value.slice(0, minLength - 1)]);
  if (pattern !== undefined) texts.push(['not as its pattern', () => `${value}\n`], ['a path', () => `/../${value}`]);
  return [...hostile, ...texts.map(([how, make]) => ({ what: `${at} is ${how}`, make }))];
}

function numberBreaks({ minimum = -1e308, maximum = 1e308 }: Schema, at: string): readonly Break[] {
  return [minimum - 1, maximum + 1, -1e308, Number.MAX_VALUE].map((number) => {
    return { what: `${at} is ${number}`, make: () => number };
  });
}

function listBreaks(document: ApiDocument, schema: Schema, value: readonly unknown[], at: string): readonly Break[] {
  const { items = {}, maxItems, minItems = 0, uniqueItems = false } = schema;
  const own: Break[] = [];
  if (uniqueItems && value.length > 0) own.push({ what: `${at} has one twice`, make: () => [...value, value[0]] });
  if (maxItems !== undefined && value.length > 0) {
    own.push({ what: `${at} has too many`, make: () => Array.from({ length: maxItems + 1 }, () => value[0]) });
  }
  if (minItems > 0) own.push({ what: `${at} has too few`, make: () => value.slice(0, minItems - 1) });
  const inside = value.flatMap((item, index) =>
    breaksAt(document, items, item, `${at}[${index}]`).map(({ make, ...rest }) => {
      return { ...rest, make: () => value.map((one, other) => (other === index ? make() : one)) };
    }),
  );
  return [...own, ...inside];
}

type Members = Readonly<Record<string, unknown>>;

function objectBreaks(document: ApiDocument, schema: Schema, value: Members, at: string): readonly Break[] {
  const { properties = {}, required = [] } = schema;
  const missing = required.map((key): Break => {
    const { [key]: _gone, ...rest } = value;
    return { what: `${at} is without ${key}`, make: () => rest };
  });
  const extra = [...PROTOTYPE_KEYS, 'noSuchMember', '\u0000'].map((key): Break => {
    const hostile = ['__proto__', '\u0000'].includes(key) ? ({ isHostile: true } as const) : {};
    return {
      what: `${at} has ${JSON.stringify(key)}`,
      ...hostile,
      make: () => withMember(value, key, { isAdmin: true }),
    };
  });
  const inside = Object.entries(value).flatMap(([key, member]) =>
    breaksAt(document, properties[key] ?? {}, member, `${at}.${key}`).map(({ make, ...rest }) => {
      return { ...rest, make: () => withMember(value, key, make()) };
    }),
  );
  return [...missing, ...extra, ...inside];
}

/** As a member of its own, even `__proto__`. */
function withMember(value: Members, key: string, member: unknown): Members {
  const copy = { ...value };
  Object.defineProperty(copy, key, { value: member, enumerable: true, configurable: true, writable: true });
  return copy;
}

function nested(depth: number): unknown {
  let value: unknown = 'x';
  for (let at = 0; at < depth; at += 1) value = [value];
  return value;
}

const isObject = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
