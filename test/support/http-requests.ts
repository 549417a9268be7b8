import fc from 'fast-check';
import { type Known, type KnownValues, placesFor } from './known-values.js';
import type { ApiDocument, Operation, Parameter, Schema } from './openapi-document.js';
import { schemaArbitrary } from './schema-arbitrary.js';
import { breaksOf } from './schema-breaks.js';

type Scalar = string | number | boolean;
type Parameters = Scalar | readonly Scalar[];

/** What an operation is given, as its schemas name it. */
interface Values {
  /** Absent ones are not sent; several stand beside each other in a query. */
  readonly parameters: Readonly<Record<string, Parameters | undefined>>;
  readonly body?: unknown;
}

/** A request without its places filled in. */
export interface Plan extends Values {
  /** Decides between what is known, and between the ways to break it. */
  readonly nth: number;
  readonly likeExample: boolean;
}

/** A request, ready to be sent. */
export interface Made {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** What was done to it, for people. */
  readonly what: string;
  /** Its parameters, for learning from its answer. */
  readonly parameters: Known;
}

const NTH = 2 ** 30;

/** Plans of what the document allows for an operation. */
export function planArbitrary(document: ApiDocument, operation: Operation): fc.Arbitrary<Plan> {
  const making = { document, instead: placesFor };
  const { parameters, requestBody } = operation;
  const made = Object.fromEntries(
    parameters.map((parameter) => [parameter.name, parameterArbitrary(document, parameter)]),
  );
  const requiredKeys = parameters.filter(({ required }) => required).map(({ name }) => name);
  const [, content] = Object.entries(requestBody?.content ?? {})[0] ?? [];
  return fc.record({
    parameters: fc.record(made, { requiredKeys, noNullPrototype: true }),
    ...(content ? { body: schemaArbitrary(content.schema, making, operation.operationId) } : {}),
    nth: fc.nat(NTH),
    likeExample: fc.boolean(),
  }) as fc.Arbitrary<Plan>;
}

function parameterArbitrary(document: ApiDocument, parameter: Parameter): fc.Arbitrary<unknown> {
  const { name, schema } = parameter;
  const made = schemaArbitrary(schema, { document, instead: placesFor }, name);
  if (parameter.in === 'query') return placesFor(name, schema, made);
  // A header holds visible ASCII only, and no text is another path.
  const fits =
    parameter.in === 'header'
      ? (value: unknown) => typeof value !== 'string' || /^[\x21-\x7e]*$/.test(value)
      : (value: unknown) => value !== '';
  const text = fc.string({ unit: 'grapheme-ascii', maxLength: 10 }).map((value) => value.replaceAll(' ', '_'));
  const isFree = parameter.in === 'header' && schema.pattern === undefined && schema.type === 'string';
  return placesFor(name, schema, (isFree ? text : made).filter(fits));
}

/** What the document allows, with real values where they belong. */
export function validRequest(operation: Operation, plan: Plan, known: KnownValues): Made {
  return encode(operation, fill(operation, plan, known), 'as documented');
}

/** One thing about it is not as documented; null for an operation that leaves nothing to be wrong. */
export function brokenRequest(operation: Operation, plan: Plan, known: KnownValues): Made | null {
  const values = fill(operation, plan, known);
  const ways = [
    () => brokenParameter(known.document, operation, values, plan.nth),
    () => brokenValue(known.document, operation, values, plan.nth),
    () => brokenBytes(operation, values, plan.nth),
  ];
  const first = plan.nth % 7;
  const order = first < 4 ? [1, 0, 2] : first < 6 ? [0, 1, 2] : [2, 0, 1];
  return order.map((index) => ways[index]!()).find((made) => made !== null) ?? null;
}

/** As {@link brokenRequest}, only about the body. */
export function brokenBody(operation: Operation, plan: Plan, known: KnownValues): Made {
  const values = fill(operation, plan, known);
  const inValue = plan.nth % 3 === 0 ? null : brokenValue(known.document, operation, values, plan.nth);
  const made = inValue ?? brokenBytes(operation, values, plan.nth);
  if (made === null) throw new Error(`${operation.operationId} has no body`);
  return made;
}

function fill(operation: Operation, plan: Plan, known: KnownValues): Values {
  const { parameters, body } = known.fill(operation, { parameters: plan.parameters, body: plan.body }, plan.nth);
  const schema = bodyOf(operation)?.schema;
  const example = schema && plan.likeExample ? known.example(operation, schema) : undefined;
  return { parameters, body: example ?? body };
}

function bodyOf({ requestBody }: Operation): { readonly type: string; readonly schema: Schema } | null {
  const [entry] = Object.entries(requestBody?.content ?? {});
  return entry === undefined ? null : { type: entry[0], schema: entry[1].schema };
}

function encode(operation: Operation, { parameters, body }: Values, what: string): Made {
  const { method, path, parameters: declared } = operation;
  const inPath = path.replace(/\{(\w+)\}/g, (_all, name: string) => encodeURIComponent(String(parameters[name])));
  const query = new URLSearchParams();
  const headers: Record<string, string> = {};
  for (const { name, in: where } of declared) {
    const value = parameters[name];
    if (value === undefined) continue;
    if (where === 'query') for (const one of [value].flat()) query.append(name, String(one));
    if (where === 'header') headers[name] = String(value);
  }
  const content = bodyOf(operation);
  if (content !== null) headers['content-type'] = content.type;
  return {
    method,
    path: query.size === 0 ? inPath : `${inPath}?${query.toString()}`,
    headers,
    ...(content === null ? {} : { body: body instanceof Uint8Array ? body : JSON.stringify(body) }),
    what,
    parameters: Object.fromEntries(Object.entries(parameters).filter(([, value]) => isScalar(value))) as Known,
  };
}

const isScalar = (value: unknown): boolean => ['string', 'number'].includes(typeof value);

const TEXTS = ['', 'x y', '-1', '0.5', '1e9', '9'.repeat(30), 'null', 'TRUE', 'é', '\u0000', '/../x', "';--", ' 1'];

function brokenParameter(document: ApiDocument, operation: Operation, values: Values, nth: number): Made | null {
  const ways = operation.parameters.flatMap((parameter) =>
    wrongTexts(document, parameter).map((value) => ({ name: parameter.name, value })),
  );
  const chosen = ways[nth % Math.max(1, ways.length)];
  if (chosen === undefined) return null;
  const parameters = { ...values.parameters, [chosen.name]: chosen.value };
  const said = JSON.stringify(chosen.value)?.slice(0, 60) ?? 'missing';
  return encode(operation, { ...values, parameters }, `parameter ${chosen.name} is ${said}`);
}

/** Undefined: left out. */
function wrongTexts(
  document: ApiDocument,
  { in: where, schema, required }: Parameter,
): readonly (Parameters | undefined)[] {
  const { minimum, maximum, maxLength } = schema;
  const limits = [
    ...(minimum === undefined ? [] : [String(minimum - 1)]),
    ...(maximum === undefined ? [] : [String(maximum + 1)]),
    ...(maxLength === undefined ? [] : ['x'.repeat(maxLength + 1)]),
  ];
  const sendable = (text: string) =>
    where === 'header' ? /^[\x21-\x7e]*$/.test(text) : where === 'query' || text !== '';
  const texts = [...TEXTS, ...limits].filter(
    (text) => sendable(text) && !document.validator(schema)(coerced(text, schema)),
  );
  const missing = required && where !== 'path' ? [undefined] : [];
  const twice = where === 'query' ? [['1', '1']] : [];
  return [...texts, ...missing, ...twice];
}

function coerced(text: string, { type }: Schema): unknown {
  if (type === 'integer' && /^-?\d+$/.test(text)) return Number(text);
  if (type === 'boolean' && /^(?:true|false)$/.test(text)) return text === 'true';
  return text;
}

function brokenValue(document: ApiDocument, operation: Operation, values: Values, nth: number): Made | null {
  const content = bodyOf(operation);
  if (content === null || values.body instanceof Uint8Array) return null;
  const breaks = breaksOf(document, content.schema, values.body);
  for (let at = 0; at < breaks.length; at += 1) {
    const { what, make, isHostile = false } = breaks[(nth + at) % breaks.length]!;
    const body = make();
    if (isHostile || !document.validator(content.schema)(body)) return encode(operation, { ...values, body }, what);
  }
  return null;
}

function brokenBytes(operation: Operation, values: Values, nth: number): Made | null {
  const content = bodyOf(operation);
  if (content === null) return null;
  const made = encode(operation, values, '');
  const ways = content.type === 'application/json' ? jsonWays(String(made.body), nth) : byteWays();
  const { what, type = content.type, body } = ways[nth % ways.length]!;
  return { ...made, headers: { ...made.headers, 'content-type': type }, body, what };
}

interface Way {
  readonly what: string;
  readonly type?: string;
  readonly body: string | Uint8Array;
}

const OTHER_TYPES =
  'text/plain application/xml application/x-www-form-urlencoded multipart/form-data;boundary=x text/json'.split(' ');
const MAX_BODY_BYTES = 1024 * 1024;
const MAX_PIECE_BYTES = 256 * 1024;

function jsonWays(text: string, nth: number): readonly Way[] {
  const cut = 1 + ((nth >> 4) % Math.max(1, text.length - 1));
  const deep = 1 + ((nth >> 4) % 50_000);
  const numbers = text.replace(/:-?\d[\d.e+]*/, ':1e400');
  return [
    { what: 'cut off', body: text.slice(0, cut) },
    { what: 'no body', body: '' },
    { what: 'something behind it', body: `${text}]` },
    { what: 'unclosed', body: '['.repeat(deep) },
    { what: 'deep', body: `${'['.repeat(deep)}${']'.repeat(deep)}` },
    { what: 'deep members', body: `${'{"a":'.repeat(deep)}1${'}'.repeat(deep)}` },
    { what: 'not UTF-8', body: new Uint8Array([...Buffer.from(text), 0xff, 0xc0]) },
    { what: 'bytes', body: new Uint8Array([0, 1, 2, 0xff, nth & 0xff]) },
    { what: 'UTF-16', body: new Uint8Array(Buffer.from(`\ufeff${text}`, 'utf16le')) },
    { what: 'a prototype', body: `{"__proto__":{"isAdmin":true},${text.slice(1)}` },
    { what: 'no JSON', body: `NaN` },
    { what: 'a huge number', body: numbers === text ? '1e400' : numbers },
    { what: 'many members', body: `{${Array.from({ length: 5_000 }, (_, at) => `"k${at}":1`).join(',')}}` },
    ...(nth % 50 === 0 ? [{ what: 'too large', body: JSON.stringify('x'.repeat(MAX_BODY_BYTES)) }] : []),
    ...OTHER_TYPES.map((type) => ({ what: `as ${type}`, type, body: text })),
  ];
}

function byteWays(): readonly Way[] {
  return [
    { what: 'as application/json', type: 'application/json', body: '{}' },
    { what: 'too large', body: new Uint8Array(MAX_PIECE_BYTES + 1) },
    ...OTHER_TYPES.map((type) => ({ what: `as ${type}`, type, body: 'x' })),
  ];
}
