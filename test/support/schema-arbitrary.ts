import fc from 'fast-check';
import type { ApiDocument, Schema } from './openapi-document.js';

// Values that a schema allows. It knows the keywords our document uses and fails for any other, so that a schema nobody
// generates for is not passed over.

const STRUCTURE =
  '$ref type const enum anyOf format pattern minLength maxLength minimum maximum minItems maxItems uniqueItems items properties required additionalProperties propertyNames';
const ANNOTATIONS = 'description default title deprecated examples';
const KNOWN_KEYWORDS = new Set(`${STRUCTURE} ${ANNOTATIONS}`.split(' '));
const MANY = 3;
/** Longest text made on purpose, to touch a limit. */
const LONG = 2_000;
const SAFE = Number.MAX_SAFE_INTEGER;

export interface Making {
  readonly document: ApiDocument;
  /** In place of what a schema says, for members and parameters whose value has to be a real one. */
  instead(name: string, schema: Schema, made: fc.Arbitrary<unknown>): fc.Arbitrary<unknown>;
}

/** Throws for a keyword or format it does not know: teach it, or leave it out of the document. */
export function schemaArbitrary(given: Schema, making: Making, at = '$'): fc.Arbitrary<unknown> {
  const schema = making.document.resolve(given);
  refuseUnknown(schema, at);
  if ('const' in schema) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if (schema.anyOf)
    return fc.oneof(...schema.anyOf.map((one, index) => schemaArbitrary(one, making, `${at}|${index}`)));
  if (schema.type === undefined) return anything;
  if (typeof schema.type !== 'string') {
    return fc.oneof(...schema.type.map((type) => schemaArbitrary({ ...schema, type }, making, at)));
  }
  return ofType(schema, schema.type, making, at);
}

function refuseUnknown(schema: Schema, at: string): void {
  const unknown = Object.keys(schema).filter((keyword) => !KNOWN_KEYWORDS.has(keyword));
  if (unknown.length === 0) return;
  throw new Error(`test/support/schema-arbitrary.ts does not know ${unknown.join(', ')} (at ${at}): teach it`);
}

function ofType(schema: Schema, type: string, making: Making, at: string): fc.Arbitrary<unknown> {
  switch (type) {
    case 'string':
      return textArbitrary(schema, at);
    case 'integer':
    case 'number':
      return numberArbitrary(schema, type);
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'array': {
      const { minItems = 0, maxItems = MANY, uniqueItems = false, items = {} } = schema;
      const lengths = { minLength: minItems, maxLength: Math.min(maxItems, Math.max(minItems, MANY)) };
      const item = schemaArbitrary(items, making, `${at}[]`);
      return uniqueItems
        ? fc.uniqueArray(item, { ...lengths, selector: (one) => JSON.stringify(one) })
        : fc.array(item, lengths);
    }
    case 'object':
      return objectArbitrary(schema, making, at);
    default:
      throw new Error(`test/support/schema-arbitrary.ts does not know the type ${type} (at ${at}): teach it`);
  }
}

/** JSON that Postgres can hold. */
const anything = fc.jsonValue({ maxDepth: 3, stringUnit: 'grapheme' }).filter((value) => !hasNul(value));
const hasNul = (value: unknown): boolean => JSON.stringify(value).includes('\\u0000');

function textArbitrary(schema: Schema, at: string): fc.Arbitrary<unknown> {
  const { format, pattern, minLength = 0, maxLength = LONG } = schema;
  if (format === 'date-time') return timeArbitrary;
  if (format === 'binary') return fc.uint8Array({ maxLength: 40 });
  if (format === 'uuid') return fc.uuid();
  if (format === 'uri') return fc.webUrl({ validSchemes: ['https'] });
  if (format !== undefined) {
    throw new Error(`test/support/schema-arbitrary.ts does not know the format ${format} (at ${at}): teach it`);
  }
  const regex = pattern === undefined ? null : new RegExp(pattern, 'u');
  const fits = (text: string) => text.length >= minLength && text.length <= maxLength && (regex?.test(text) ?? true);
  const freely = fc.string({ unit: 'binary', minLength, maxLength: Math.min(maxLength, 30) });
  const isFree = ['é', '\u{1f600}', ' "', "';--", 'x'].every((probe) => probe.length > maxLength || fits(probe));
  const made = isFree ? freely : fc.stringMatching(new RegExp(withoutLookahead(pattern ?? '')));
  const limits = [minLength, maxLength].filter((length) => length <= LONG).map((length) => 'x'.repeat(length));
  const atLimits = limits.filter(fits);
  const fitting = made.filter(fits);
  return atLimits.length === 0
    ? fitting
    : fc.oneof({ weight: 5, arbitrary: fitting }, { weight: 1, arbitrary: fc.constantFrom(...atLimits) });
}

/** fast-check makes no strings for lookaheads; what they exclude is filtered out afterwards. */
const withoutLookahead = (pattern: string): string =>
  pattern.replace(/\(\?!(?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)/g, '');

const timeArbitrary = fc
  .date({ noInvalidDate: true, min: new Date('0001-01-02T00:00:00Z'), max: new Date('9999-12-30T00:00:00Z') })
  .chain((date) => fc.constantFrom('Z', '+02:00', '-11:30').map((zone) => date.toISOString().replace('Z', zone)));

function numberArbitrary({ minimum = -SAFE, maximum = SAFE }: Schema, type: string): fc.Arbitrary<unknown> {
  const inside =
    type === 'integer'
      ? fc.integer({ min: Math.max(minimum, -(2 ** 31)), max: Math.min(maximum, 2 ** 31 - 1) })
      : fc.double({ min: minimum, max: maximum, noNaN: true });
  return fc.oneof({ weight: 3, arbitrary: inside }, { weight: 1, arbitrary: fc.constantFrom(minimum, maximum) });
}

function objectArbitrary(schema: Schema, making: Making, at: string): fc.Arbitrary<unknown> {
  const { properties = {}, required = [], additionalProperties, propertyNames } = schema;
  const members = Object.fromEntries(
    Object.entries(properties).map(([name, member]) => {
      const made = schemaArbitrary(member, making, `${at}.${name}`);
      return [name, making.instead(name, member, made)];
    }),
  );
  const declared = fc.record(members, { requiredKeys: [...required], noNullPrototype: true });
  if (additionalProperties === false) return declared;
  // Answers and free data: objects that say nothing about their members get some.
  const value = typeof additionalProperties === 'object' ? additionalProperties : {};
  const key = propertyNames
    ? (schemaArbitrary(propertyNames, making, `${at}{}`) as fc.Arbitrary<string>)
    : fc.string({ minLength: 1, maxLength: 8 }).filter((name) => !(name in {}));
  const more = fc.dictionary(key, schemaArbitrary(value, making, `${at}{}`), { maxKeys: MANY, noNullPrototype: true });
  return fc.tuple(more, declared).map(([extra, own]) => ({ ...extra, ...own }));
}
