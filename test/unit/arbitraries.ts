import fc from 'fast-check';
import { BOUND_NAMES } from '../../src/domain/bounds.js';
import { FAILURE_KINDS, type Failure } from '../../src/domain/failures.js';
import type { Report, Result } from '../../src/domain/result.js';
import { RESULT_STATUSES } from '../../src/domain/result.js';
import { EXECUTION_MODES } from '../../src/domain/session.js';
import type { StartInput } from '../../src/contract/start-input.js';

/** Members that may be absent, as JSON has them: absent, never undefined. */
const some = <T extends object>(members: { [K in keyof T]-?: fc.Arbitrary<T[K]> }, required: (keyof T)[]) =>
  fc.record(members, { requiredKeys: required as never[] }) as fc.Arbitrary<T>;

export const text = fc.string({ unit: 'binary', maxLength: 20 }).filter((value) => !value.includes('\u0000'));
const someText = text.filter((value) => value.length > 0);
const sha256 = fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 64, maxLength: 64 });
const bytes = fc.nat(1_000_000);

export const failure: fc.Arbitrary<Failure> = some<Failure>(
  {
    kind: fc.constantFrom(...FAILURE_KINDS),
    message: someText,
    detail: text,
    file: text,
    line: fc.nat(9999),
    rule: text,
    ids: fc.array(text, { maxLength: 3 }),
  },
  ['kind', 'message'],
);

const output = fc.oneof(
  fc.record({ text }),
  fc.record({ base64: fc.base64String({ maxLength: 24 }) }),
  fc.record({ ref: fc.record({ id: someText, sha256, bytes }) }),
);

const evidence = fc.record(
  {
    files: fc.array(fc.record({ path: someText, sha256, bytes }), { maxLength: 3 }),
    git: fc.record({ branch: text, baseSha: text, commit: text, remoteSha: text }, { requiredKeys: [] }),
  },
  { requiredKeys: [] },
);

const data = fc.dictionary(text, fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<never>, {
  maxKeys: 3,
  noNullPrototype: true,
});

export const result: fc.Arbitrary<Result> = some<Result>(
  {
    status: fc.constantFrom(...RESULT_STATUSES),
    exitCode: fc.integer({ min: -1, max: 255 }),
    data,
    failure,
    evidence,
    outputs: fc
      .array(output, { maxLength: 3 })
      .map((all) => all.map((content, index) => ({ name: `output-${index}`, ...content }))),
    startedAt: text,
    durationMs: bytes,
  },
  ['status'],
);

export const reportOf = (commandId: fc.Arbitrary<string>): fc.Arbitrary<Report> =>
  some<Report>({ commandId, result, lease: fc.integer({ min: 1, max: 99 }) }, ['commandId', 'result']);
export const report = reportOf(someText);

const uuid = fc.uuid();
const name = fc.stringMatching(/^[A-Za-z][A-Za-z0-9_-]{0,8}(\.[A-Za-z][A-Za-z0-9_-]{0,8}){0,2}$/);
const bound = fc.integer({ min: 1, max: 100 });

export const startInput: fc.Arbitrary<StartInput> = fc
  .record(
    {
      scope: fc.record({ accountId: uuid, projectId: uuid, userId: uuid }),
      context: name,
      onExhausted: fc.constantFrom('wait', 'fail'),
      bounds: fc.record(Object.fromEntries(BOUND_NAMES.map((key) => [key, bound])), { requiredKeys: [] }),
      parent: fc.record({ sessionId: uuid, branch: fc.constant('sw/coding/x-1'), attempt: bound }),
      running: fc.oneof(
        fc.constantFrom({}, { mode: 'manual' }, { executorQueue: null }),
        fc.record({ mode: fc.constantFrom(...EXECUTION_MODES), executorQueue: fc.constant('here') }),
      ),
      subject: fc.oneof(
        fc.constant({ sessionType: 'contextCoding' }),
        name.map((component) => ({ sessionType: 'componentCoding', component })),
      ),
    },
    { requiredKeys: ['scope', 'context', 'running', 'subject'] },
  )
  .map(({ running, subject, ...input }) => ({ ...input, ...running, ...subject }) as StartInput);

const ODD: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    '',
    'x',
    -1,
    0,
    1.5,
    1e13,
    2 ** 53,
    [],
    {},
    '\u0000',
    '\ud800',
    'x'.repeat(5000),
  ),
  fc.constantFrom<unknown>('a'.repeat(64), 'QUJD', 'QUI=', 'QQ=', 'A===', 'Ä\u{1f600}', ['x'], { kind: 'stuck' }),
  fc.jsonValue({ maxDepth: 2 }),
);

/** The value with one place changed: a member replaced, removed, or one added that nobody knows. */
export function mutated<T>(values: fc.Arbitrary<T>): fc.Arbitrary<unknown> {
  return fc.tuple(values, fc.nat(), fc.constantFrom('replace', 'remove', 'add'), ODD).map(([value, at, how, odd]) => {
    const copy = structuredClone({ root: value }) as Record<string, unknown>;
    const places = placesOf(copy);
    const { holder, key } = places[at % places.length]!;
    if (how === 'replace' || holder === copy) holder[key] = odd;
    else if (how === 'add') holder['surplus'] = odd;
    else if (Array.isArray(holder)) holder.splice(Number(key), 1);
    else delete holder[key];
    return copy['root'];
  });
}

interface Place {
  readonly holder: Record<string, unknown>;
  readonly key: string;
}

function placesOf(holder: Record<string, unknown>): readonly Place[] {
  return Object.entries(holder).flatMap(([key, value]) => [
    { holder, key },
    ...(value !== null && typeof value === 'object' ? placesOf(value as Record<string, unknown>) : []),
  ]);
}
