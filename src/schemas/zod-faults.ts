import { z } from 'zod';
import { nearestName } from './nearest-name.js';

/** What is wrong with a value, by its path in what was parsed. */
export interface Fault {
  readonly path: readonly PropertyKey[];
  /** The key itself is at fault, not its value. */
  readonly atKey?: boolean;
  /** What the field is or does, to be read after its name: `is missing`. */
  readonly message: string;
  readonly expected: string;
}

const KINDS: Readonly<Record<string, string>> = {
  string: 'text',
  int: 'a whole number',
  number: 'a number',
  object: 'a mapping of keys to values',
  array: 'a list',
};

/** zod's issues in words, one per field. `params.expected` of a custom issue is what was expected. */
export function issueFaults(issues: readonly z.core.$ZodIssue[], schema: z.ZodType, value: unknown): readonly Fault[] {
  const faults = issues.flatMap((issue) => toFaults(issue, schema, value));
  const seen = new Set<string>();
  return faults.filter(({ path }) => {
    const key = JSON.stringify(path);
    return !seen.has(key) && seen.add(key);
  });
}

function toFaults(issue: z.core.$ZodIssue, schema: z.ZodType, value: unknown): readonly Fault[] {
  const { path } = issue;
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey(path, key, knownKeys(schema, path)));
    case 'invalid_type':
      return [{ path, message: kindOf(valueAt(value, path)), expected: KINDS[issue.expected] ?? issue.expected }];
    case 'invalid_value':
      return [notAmong(path, valueAt(value, path), issue.values.map(String))];
    case 'too_small':
      return [{ path, message: issue.origin === 'number' ? 'is too small' : 'is empty', ...atLeast(issue) }];
    case 'too_big':
      return [{ path, message: issue.origin === 'number' ? 'is too large' : 'is too long', ...atMost(issue) }];
    case 'custom':
      return [{ path, message: issue.message, expected: String(issue.params?.['expected'] ?? 'another value') }];
    case 'invalid_union':
      return branchIssues(issue).flatMap((inner) => toFaults(inner, schema, value));
    case 'invalid_element':
    case 'invalid_format':
    case 'invalid_key':
    case 'not_multiple_of':
      return [{ path, message: 'is not valid', expected: issue.message }];
  }
}

/** What the branch says that comes nearest: the right kind of value with something wrong inside, else a word of a list. */
function branchIssues({ path, errors }: z.core.$ZodIssueInvalidUnion): readonly z.core.$ZodIssue[] {
  const distance = (issues: readonly z.core.$ZodIssue[]): number => {
    const outer = issues.find((issue) => issue.path.length === 0 && issue.code.startsWith('invalid_'));
    return outer === undefined ? 0 : outer.code === 'invalid_value' ? 1 : 2;
  };
  const [nearest = []] = [...errors].sort((a, b) => distance(a) - distance(b));
  return nearest.map((issue) => ({ ...issue, path: [...path, ...issue.path] }));
}

function unknownKey(path: readonly PropertyKey[], key: string, known: readonly string[]): Fault {
  const near = nearestName(key, known);
  const expected = near === null ? `one of ${known.join(', ')}` : `${near}, if that was meant`;
  return { path: [...path, key], atKey: true, message: 'is not a known key', expected };
}

function notAmong(path: readonly PropertyKey[], found: unknown, known: readonly string[]): Fault {
  const expected = `one of ${known.join(', ')}`;
  if (typeof found !== 'string') return { path, message: kindOf(found), expected };
  const near = nearestName(found, known);
  return { path, message: `is "${found}"`, expected: near === null ? expected : `${expected}; perhaps ${near}` };
}

const atLeast = ({ origin, minimum }: z.core.$ZodIssueTooSmall): { expected: string } => ({
  expected:
    origin === 'number' ? `at least ${minimum}` : origin === 'string' ? 'some text' : `at least ${minimum} item`,
});

const atMost = ({ origin, maximum }: z.core.$ZodIssueTooBig): { expected: string } => {
  const unit = origin === 'string' ? ' characters' : origin === 'array' ? ' items' : '';
  return { expected: `at most ${maximum}${unit}` };
};

function kindOf(value: unknown): string {
  if (value === undefined) return 'is missing';
  if (value === null) return 'is empty';
  if (Array.isArray(value)) return 'is a list';
  return (
    { string: 'is text', number: 'is a number', boolean: 'is true or false' }[typeof value as string] ?? 'is a mapping'
  );
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (at, key) => (typeof at === 'object' && at !== null ? (at as Record<PropertyKey, unknown>)[key] : undefined),
    value,
  );
}

function knownKeys(schema: z.ZodType, path: readonly PropertyKey[]): readonly string[] {
  let at: unknown = unwrap(schema);
  for (const key of path) {
    if (at instanceof z.ZodObject) at = unwrap((at.shape as Record<PropertyKey, unknown>)[key]);
    else if (at instanceof z.ZodArray) at = unwrap(at.element);
  }
  return at instanceof z.ZodObject ? Object.keys(at.shape) : [];
}

function unwrap(schema: unknown): unknown {
  if (schema instanceof z.ZodUnion) return schema.options.find((option) => option instanceof z.ZodObject);
  const wraps = schema instanceof z.ZodDefault || schema instanceof z.ZodExactOptional;
  return wraps ? schema.unwrap() : schema;
}
