import fc from 'fast-check';
import { BOUND_NAMES } from '../../src/domain/bounds.js';
import { FAILURE_KINDS, type Failure } from '../../src/domain/failures.js';
import type { Report, Result } from '../../src/domain/result.js';
import { RESULT_STATUSES } from '../../src/domain/result.js';
import { EXECUTION_MODES } from '../../src/domain/session.js';
import { SESSION_TYPES } from '../../src/domain/session-types/catalog.js';
import type { SessionType } from '../../src/domain/session-types/session-type.js';
import type { StartInput } from '../../src/contract/start-input.js';

/** Members that may be absent, as JSON has them: absent, never undefined. */
const some = <T extends object>(members: { [K in keyof T]-?: fc.Arbitrary<T[K]> }, required: (keyof T)[]) =>
  fc.record(members, { requiredKeys: required as never[] }) as fc.Arbitrary<T>;

export const text = fc.string({ unit: 'binary', maxLength: 20 }).filter((value) => !value.includes('\u0000'));
const someText = text.filter((value) => value.length > 0);
const sha256 = fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 64, maxLength: 64 });
const bytes = fc.nat(1_000_000);

const timestamp = fc
  .date({ noInvalidDate: true, min: new Date('2000-01-01'), max: new Date('2100-01-01') })
  .map((date) => date.toISOString());

export const failure: fc.Arbitrary<Failure> = some<Failure>(
  {
    kind: fc.constantFrom(...FAILURE_KINDS),
    message: someText,
    detail: text,
    file: text,
    line: fc.nat(9999),
    rule: text,
    ids: fc.array(text, { maxLength: 3 }),
    until: timestamp,
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
    baseFiles: fc.array(someText, { maxLength: 3 }),
    pullRequest: fc.record({
      url: someText,
      number: fc.integer({ min: 1, max: 99_999 }),
      state: fc.constantFrom('open', 'closed', 'merged'),
      headSha: text,
    }),
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
    agent: fc.record(
      {
        inputTokens: bytes,
        outputTokens: bytes,
        costUsd: fc.double({ min: 0, max: 1e6, noNaN: true }),
        conversationId: someText,
      },
      { requiredKeys: [] },
    ),
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

const typesOf = (level: SessionType['level']) =>
  Object.values(SESSION_TYPES).flatMap((type) => (type.level === level ? [type.name] : []));

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
        fc.constantFrom(...typesOf('context')).map((sessionType) => ({ sessionType })),
        fc.record({ sessionType: fc.constantFrom(...typesOf('component')), component: name }),
      ),
      baseBranch: fc.constant('sw/context-design/x-1'),
    },
    { requiredKeys: ['scope', 'context', 'running', 'subject'] },
  )
  .map(({ running, subject, ...input }) => ({ ...input, ...running, ...subject }));

/** Every member there is, each once. */
export const FULL_REPORT: Report = {
  commandId: 'c',
  lease: 1,
  result: {
    status: 'ok',
    exitCode: 0,
    data: { a: [1] },
    failure: { kind: 'stuck', message: 'm', detail: 'd', file: 'f', line: 1, rule: 'r', ids: ['i'] },
    evidence: {
      files: [{ path: 'p', sha256: 'a'.repeat(64), bytes: 1 }],
      git: { branch: 'b', baseSha: 's', commit: 'c', remoteSha: 'r' },
    },
    outputs: [
      { name: 'a', text: 't' },
      { name: 'b', base64: 'QUJD' },
      { name: 'c', ref: { id: 'i', sha256: 'a'.repeat(64), bytes: 1 } },
    ],
    startedAt: 's',
    durationMs: 1,
  },
};
const ID = '00000000-0000-4000-8000-000000000000';
export const FULL_START: StartInput = {
  scope: { accountId: ID, projectId: ID, userId: ID },
  sessionType: 'componentCoding',
  context: 'Shop',
  component: 'Cart',
  mode: 'auto',
  executorQueue: 'here',
  onExhausted: 'fail',
  bounds: Object.fromEntries(BOUND_NAMES.map((key) => [key, 1])),
  parent: { sessionId: 'p', branch: 'sw/coding/x-1', attempt: 1 },
  carried: { seq: 1 },
};

const ODD: readonly unknown[] = [
  ...[null, true, '', 'x', -2, -1, 0, 1, 1.5, 101, 1e13, 2 ** 53, [], {}, ['x'], { kind: 'stuck' }],
  ...[
    '\u0000',
    '\ud800',
    'Ä\u{1f600}',
    'a'.repeat(64),
    'A'.repeat(64),
    'QUI=',
    'QQ=',
    'A===',
    '../x',
    ID,
    'contextDesign',
  ],
  ...[40, 41, 100, 101, 128, 129, 200, 201, 250, 251, 500, 501, 4096, 4097].map((length) => 'x'.repeat(length)),
];
type How = 'replace' | 'remove' | 'add';

/** The value with one place changed: a member replaced, removed, or one added that nobody knows. */
export function mutated<T>(values: fc.Arbitrary<T>): fc.Arbitrary<unknown> {
  const odd = fc.oneof(fc.constantFrom(...ODD), fc.jsonValue({ maxDepth: 2 }));
  const how = fc.constantFrom<How>('replace', 'remove', 'add');
  return fc.tuple(values, fc.nat(), how, odd).map((parts) => mutate(...parts));
}

/** Every place of a value with everything odd in it, removed, and with an unknown member beside it. */
export function everyMutation(value: unknown): readonly unknown[] {
  const places = placesOf({ root: value }).map((_place, index) => index);
  return places.flatMap((at) => [
    ...ODD.map((odd) => mutate(value, at, 'replace', odd)),
    mutate(value, at, 'remove', null),
    mutate(value, at, 'add', null),
  ]);
}

function mutate(value: unknown, at: number, how: How, odd: unknown): unknown {
  const copy: Record<string, unknown> = structuredClone({ root: value });
  const places = placesOf(copy);
  const { holder, key } = places[at % places.length]!;
  if (how === 'replace' || holder === copy) holder[key] = odd;
  else if (how === 'add') holder['surplus'] = odd;
  else if (Array.isArray(holder)) holder.splice(Number(key), 1);
  else delete holder[key];
  return copy['root'];
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
