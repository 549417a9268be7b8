import { z } from 'zod';
import type { Decision } from '../contract/messages.js';
import type { StartInput } from '../contract/start-input.js';
import { BOUND_NAMES, MAX_BOUND } from '../domain/bounds.js';
import { FAILURE_KINDS } from '../domain/failures.js';
import { canonicalJson, jsonFault, textFault, type JsonObject } from '../domain/json.js';
import {
  BRANCH_PATTERN,
  isBranch,
  isSessionId,
  isUuid,
  MAX_NAME,
  NAME,
  nameFault,
  SESSION_ID,
  UUID,
} from '../domain/names.js';
import {
  base64Bytes,
  BASE64,
  isTimestamp,
  MAX_COST_USD,
  MAX_LIST,
  MAX_REPORT_BYTES,
  MAX_TEXT,
  reportBytes,
  SHA256,
  utf8Length,
} from '../domain/report-guard.js';
import { MAX_DATA_BYTES, MAX_INLINE_OUTPUT_BYTES, RESULT_STATUSES, type Report } from '../domain/result.js';
import { EXECUTION_MODES, SESSION_TYPE_NAMES } from '../domain/session.js';
import { SESSION_TYPES } from '../domain/session-types/catalog.js';

// The messages from outside, for the surfaces and their documentation. The sandbox has hand-written guards instead
// (domain/report-guard.ts, domain/start-guard.ts); test/unit/messages.test.ts shows that both accept the same values.

export const strict = <S extends z.ZodRawShape>(shape: S) => z.strictObject(shape).readonly();
export const list = <T extends z.ZodType>(item: T) => z.array(item).max(MAX_LIST).readonly();
export const text = (max: number, min = 0) =>
  z
    .string()
    .min(min)
    .max(max)
    .refine((value) => textFault(value) === null, 'must be well-formed text without U+0000')
    // What a pattern can say of it.
    .meta({ pattern: '^[^\\u0000]*$' });
export const whole = (min: number, max = Number.MAX_SAFE_INTEGER) => z.int().min(min).max(max);
export const sha256 = z.string().regex(SHA256, 'must be 64 lower-case hex digits');

// Not z.record: it drops a key `__proto__`, and the digest is made of every key.
const data = z
  .unknown()
  .refine((value) => value !== null && typeof value === 'object' && !Array.isArray(value), {
    error: 'must be an object',
    abort: true,
  })
  .refine((value) => jsonFault(value) === null, { error: 'must be storable JSON, not nested too deep', abort: true })
  .refine((value) => utf8Length(canonicalJson(value)) <= MAX_DATA_BYTES, `at most ${MAX_DATA_BYTES} bytes of JSON`)
  .transform((value) => value as JsonObject)
  .meta({ type: 'object' });

const failure = strict({
  kind: z.enum(FAILURE_KINDS),
  message: text(MAX_TEXT, 1),
  detail: text(MAX_TEXT).exactOptional(),
  file: text(MAX_TEXT).exactOptional(),
  line: whole(0, 1e9).exactOptional(),
  rule: text(MAX_TEXT).exactOptional(),
  ids: list(text(500)).exactOptional(),
  until: z.string().refine(isTimestamp, 'must be a time with its zone').meta({ format: 'date-time' }).exactOptional(),
});

const evidence = strict({
  files: list(strict({ path: text(500, 1), sha256, bytes: whole(0) })).exactOptional(),
  baseFiles: list(text(500, 1)).exactOptional(),
  pullRequest: strict({
    url: text(1000, 1),
    number: whole(1),
    state: z.enum(['open', 'closed', 'merged']),
    headSha: text(250),
  }).exactOptional(),
  git: strict({
    branch: text(250).exactOptional(),
    baseSha: text(250).exactOptional(),
    commit: text(250).exactOptional(),
    remoteSha: text(250).exactOptional(),
  }).exactOptional(),
});

const outputName = text(200, 1);
const base64 = z
  .string()
  .max(MAX_INLINE_OUTPUT_BYTES * 2)
  .refine((value) => BASE64.test(value) && value.length % 4 === 0, 'must be padded base64')
  .meta({ pattern: '^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$' });
const output = z.union([
  strict({ name: outputName, text: text(MAX_INLINE_OUTPUT_BYTES * 2) }),
  strict({ name: outputName, base64 }),
  strict({ name: outputName, ref: strict({ id: text(100, 1), sha256, bytes: whole(0) }) }),
]);
type OutputValue = z.infer<typeof output>;

const outputs = list(output)
  .refine((all) => new Set(all.map(({ name }) => name)).size === all.length, 'every output needs its own name')
  .refine((all) => inlineBytes(all) <= MAX_INLINE_OUTPUT_BYTES, `at most ${MAX_INLINE_OUTPUT_BYTES} inline bytes`);

function inlineBytes(all: readonly OutputValue[]): number {
  const size = (one: OutputValue) =>
    'text' in one ? utf8Length(one.text) : 'base64' in one ? base64Bytes(one.base64) : 0;
  return all.reduce((sum, one) => sum + size(one), 0);
}

/** What came back from running a command. */
export const resultSchema = strict({
  status: z.enum(RESULT_STATUSES),
  exitCode: whole(-1, 0xffffffff).exactOptional(),
  data: data.exactOptional(),
  failure: failure.exactOptional(),
  evidence: evidence.exactOptional(),
  outputs: outputs.exactOptional(),
  agent: strict({
    inputTokens: whole(0).exactOptional(),
    outputTokens: whole(0).exactOptional(),
    costUsd: z.number().min(0).max(MAX_COST_USD).exactOptional(),
    conversationId: text(200, 1).exactOptional(),
  }).exactOptional(),
  startedAt: text(40).exactOptional(),
  durationMs: whole(0, 1e12).exactOptional(),
});

/** The argument of `submitResult` and `reportResult`. */
export const reportSchema = strict({
  commandId: text(100, 1),
  result: resultSchema,
  lease: whole(1).exactOptional(),
})
  .refine((report) => jsonFault(report) === null, 'is nested too deep')
  .refine((report) => reportBytes(report) <= MAX_REPORT_BYTES, 'is too large');

export const name = text(1000, 1)
  .refine((value) => nameFault(value) === null, 'must be a name as in specwright.yaml')
  .meta({ pattern: NAME.source, maxLength: MAX_NAME });

export const reason = text(1000, 1);
const decided = { userId: text(1000, 1), reason };
/** The argument of `decide`. */
export const decisionSchema = z.union([
  strict({ action: z.enum(['retry', 'fail']), ...decided }),
  strict({ action: z.literal('extend'), bound: z.enum(BOUND_NAMES), by: whole(1, MAX_BOUND), ...decided }),
  strict({ action: z.literal('waive'), component: name, ...decided }),
]);

export const uuid = z.string().refine(isUuid, 'must be a UUID in lower case').meta({ pattern: UUID.source });
const branch = text(200, 1).refine(isBranch, 'must be a branch name').meta({ pattern: BRANCH_PATTERN });
export const sessionId = z
  .string()
  .refine(isSessionId, 'must be letters, digits, _ and -, at most 128')
  .meta({ pattern: SESSION_ID.source });

/** What a start says, whoever sends it; the scope is added by who is asked. */
export const startShape = {
  sessionType: z.enum(SESSION_TYPE_NAMES),
  context: name,
  component: name.exactOptional(),
  mode: z.enum(EXECUTION_MODES).exactOptional(),
  executorQueue: text(200, 1).nullable().exactOptional(),
  onExhausted: z.enum(['wait', 'fail']).exactOptional(),
  bounds: z.partialRecord(z.enum(BOUND_NAMES), whole(1, MAX_BOUND)).readonly().exactOptional(),
  baseBranch: branch.exactOptional(),
};

/** The one argument of every Workflow Type. */
export const startInputSchema = strict({
  scope: strict({ accountId: uuid, projectId: uuid, userId: uuid }),
  ...startShape,
  parent: strict({ sessionId, branch, attempt: whole(1, MAX_BOUND) }).exactOptional(),
  carried: z.unknown().exactOptional(),
}).superRefine((input, context) => {
  const refuse = (field: string, message: string) => context.addIssue({ code: 'custom', path: [field], message });
  const misfit = componentMisfit(input);
  if (misfit !== null) refuse('component', misfit);
  if ((input.mode ?? 'manual') !== 'manual' && (input.executorQueue ?? null) === null) {
    refuse('executorQueue', `is needed for mode ${input.mode}`);
  }
});

/** Why the component of a start is wrong for its type, or null. */
export function componentMisfit(start: Pick<StartInput, 'sessionType' | 'component'>): string | null {
  const needsComponent = SESSION_TYPES[start.sessionType].level === 'component';
  if (needsComponent === (start.component !== undefined)) return null;
  return needsComponent ? 'is needed' : 'is not for it';
}

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
type Proof<Same extends true> = Same;
/** @public Fails to compile when a schema and its type drift apart: in a member, its optionality or `readonly`. */
export type SchemasAreTheTypes = [
  Proof<Equal<z.infer<typeof reportSchema>, Report>>,
  Proof<Equal<z.infer<typeof decisionSchema>, Decision>>,
  Proof<Equal<z.infer<typeof startInputSchema>, StartInput>>,
];
