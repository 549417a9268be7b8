import type { Schema } from './openapi-document.js';

export interface Sampling {
  /** The schema that a `$ref` names; any other is itself. */
  resolve(schema: Schema): Schema;
  /** Values that are used wherever a property of that name is asked for, required or not. */
  readonly given: Readonly<Record<string, unknown>>;
}

/** The smallest value the schema allows, with the values that are given. Throws where it does not know one. */
export function sample(schema: Schema, by: Sampling): unknown {
  if (schema.$ref !== undefined) return sample(by.resolve(schema), by);
  if (schema.const !== undefined) return schema.const;
  if (schema.enum !== undefined) return schema.enum[0];
  const [first] = schema.anyOf ?? [];
  if (first !== undefined) return sample(first, by);
  switch (schema.type) {
    case 'object':
      return sampleObject(schema, by);
    case 'array':
      return Array.from({ length: schema.minItems ?? 0 }, () => sample(schema.items ?? {}, by));
    case 'integer':
    case 'number':
      return schema.minimum ?? 0;
    case 'boolean':
      return true;
    case 'string':
      return sampleText(schema);
    case undefined:
    default:
      throw new Error(`no value is known for ${JSON.stringify(schema).slice(0, 200)}`);
  }
}

function sampleObject({ properties = {}, required = [] }: Schema, by: Sampling): object {
  const entries = Object.entries(properties).flatMap(([name, schema]) => {
    if (name in by.given) return [[name, by.given[name]]];
    return required.includes(name) ? [[name, sample(schema, by)]] : [];
  });
  return Object.fromEntries(entries) as object;
}

const TEXTS = ['x'.repeat(8), 'a'.repeat(64), '2030-01-01T00:00:00Z', '11111111-1111-1111-1111-111111111111'];

function sampleText({ minLength = 0, pattern, format }: Schema): string {
  if (format === 'date-time') return TEXTS[2]!;
  const fits = (text: string) =>
    text.length >= minLength && (pattern === undefined || new RegExp(pattern, 'u').test(text));
  const found = TEXTS.find(fits);
  if (found === undefined) throw new Error(`no text is known for ${pattern ?? `${minLength} characters`}`);
  return found;
}
