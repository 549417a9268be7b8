import { z } from 'zod';
import { FAILURE_KINDS } from '../domain/failures.js';
import type { Json } from '../domain/json.js';
import { EXECUTION_MODES, SESSION_STATUSES, SESSION_TYPE_NAMES, WAITING_ON } from '../domain/session.js';
import { commandSchema } from './http-command.js';
import { flagParam, itemsOf, MAX_INTEGER, pageOf, time, wholeParam } from './http-common.js';
import { name, reportSchema, resultSchema, sessionId } from './messages.js';

const object = <S extends z.ZodRawShape>(shape: S) => z.object(shape).readonly();

export const sessionPath = z.strictObject({ sessionId: z.string().min(1).max(200) });

export const listQuery = z
  .strictObject({
    status: z.enum(SESSION_STATUSES),
    type: z.enum(SESSION_TYPE_NAMES),
    context: name,
    component: name,
    parent: sessionId.describe('Children of this session'),
    roots: flagParam.describe('Only sessions without a parent'),
    waitingOn: z.enum(WAITING_ON),
    createdAfter: time,
    createdBefore: time,
    limit: wholeParam(1, 200).describe('50 when not given'),
    cursor: z.string().min(1).max(500).describe('From the page before'),
  })
  .partial();
export type ListQuery = z.infer<typeof listQuery>;

export const commandQuery = z
  .strictObject({
    after: wholeParam(0, MAX_INTEGER).describe('The cursor of the answer before: waits for a change after it'),
    waitMs: wholeParam(0, 20_000).describe('How long to wait for a change; 0 when not given'),
  })
  .partial();

export const eventsQuery = z
  .strictObject({
    after: wholeParam(0, MAX_INTEGER).describe('The revision of the last event seen'),
    limit: wholeParam(1, 1000).describe('200 when not given'),
  })
  .partial();

const failure = object({
  kind: z.enum(FAILURE_KINDS),
  message: z.string(),
  detail: z.string().exactOptional(),
  file: z.string().exactOptional(),
  line: z.number().exactOptional(),
  rule: z.string().exactOptional(),
  ids: z.array(z.string()).readonly().exactOptional(),
  until: z.string().exactOptional(),
});
z.globalRegistry.add(failure, { id: 'Failure' });

const state = object({
  workspace: z.string().exactOptional(),
  branch: z.string().exactOptional(),
  baseSha: z.string().exactOptional(),
  commit: z.string().exactOptional(),
  remoteSha: z.string().exactOptional(),
  pullRequest: object({
    title: z.string(),
    body: z.string(),
    compare: z.string(),
    url: z.string().exactOptional(),
    number: z.number().exactOptional(),
  }).exactOptional(),
  tests: object({ executed: z.number(), red: z.number() }).exactOptional(),
});

const summary = {
  sessionId: z.string(),
  type: z.enum(SESSION_TYPE_NAMES),
  context: z.string(),
  component: z.string().nullable(),
  status: z.enum(SESSION_STATUSES),
  mode: z.enum(EXECUTION_MODES),
  parentSessionId: z.string().nullable(),
  attempt: z.number(),
  step: z.string().nullable(),
  seq: z.number(),
  waitingOn: z.enum(WAITING_ON).nullable(),
  waitingSince: z.string().nullable(),
  state,
  failure: failure.nullable(),
  revision: z.number(),
  createdAt: z.string(),
  closedAt: z.string().nullable(),
};
const sessionSummary = object(summary);
z.globalRegistry.add(sessionSummary, { id: 'Session' });

const sum = z.number().nullable();
export const sessionAnswer = object({
  ...summary,
  usage: object({
    commands: z.number(),
    inputTokens: sum,
    outputTokens: sum,
    costUsd: sum,
    withoutTokens: z.number(),
    withoutCost: z.number(),
  }),
  children: z.array(sessionSummary).readonly(),
});
z.globalRegistry.add(sessionAnswer, { id: 'SessionDetail' });

export const sessionPage = pageOf(sessionSummary);
export const sessionTree = itemsOf(sessionSummary);

z.globalRegistry.add(resultSchema, { id: 'Result' });
z.globalRegistry.add(reportSchema, { id: 'Report' });
const interaction = object({
  seq: z.number(),
  commandId: z.string(),
  step: z.string(),
  status: z.enum(['pending', 'ok', 'warning', 'error', 'superseded']),
  command: commandSchema.nullable(),
  result: resultSchema.nullable(),
  failure: failure.nullable(),
  source: z.enum(['observed', 'claimed']).nullable(),
  openedAt: z.string(),
  completedAt: z.string().nullable(),
});
export const interactionList = itemsOf(interaction);

export const rejectedList = itemsOf(
  object({
    commandId: z.string(),
    why: z.enum(['conflict', 'late']),
    digest: z.string(),
    acceptedDigest: z.string().nullable(),
    result: resultSchema,
    receivedAt: z.string(),
  }),
);

const next = z.union([
  object({ kind: z.literal('command'), command: commandSchema }),
  object({ kind: z.literal('wait'), on: z.enum(WAITING_ON), since: z.string(), cursor: z.number() }),
  object({ kind: z.literal('done'), status: z.enum(SESSION_STATUSES).exclude(['active']) }),
]);
z.globalRegistry.add(next, { id: 'Next' });
export const waitedAnswer = object({ next, cursor: z.number() });
export const reportAnswer = object({ accepted: z.literal(true), duplicate: z.boolean(), next });

const json = z.unknown() as z.ZodType<Json>;
const event = object({ revision: z.number(), at: z.string(), type: z.string(), data: json });
export const eventList = object({
  items: z.array(event).readonly(),
  cursor: z.number().describe('Give it as `after` to go on'),
});
