import { z } from 'zod';
import { BOUND_NAMES, MAX_BOUND } from '../domain/bounds.js';
import { EXECUTION_MODES } from '../domain/session.js';
import { flagParam, MAX_INTEGER, wholeParam } from './http-common.js';
import { componentMisfit, name, reason, sha256, startShape, strict, text, whole } from './messages.js';

// What is sent to sessions.

/** Without a mode it is `manual`; without `executorQueue` the server's own, `null` is none. */
export const startRequest = strict(startShape).superRefine((start, context) => {
  const misfit = componentMisfit(start);
  if (misfit !== null) context.addIssue({ code: 'custom', path: ['component'], message: misfit });
  if ((start.mode ?? 'manual') !== 'manual' && start.executorQueue === null) {
    const message = `is needed for mode ${start.mode}`;
    context.addIssue({ code: 'custom', path: ['executorQueue'], message });
  }
});
z.globalRegistry.add(startRequest, { id: 'Start' });
export const startHeaders = z.looseObject({
  'idempotency-key': z
    .string()
    .regex(/^[\x21-\x7e]{1,200}$/, 'must be 1 to 200 visible ASCII characters')
    .exactOptional()
    .describe('The same request with the same key again is the same session'),
});
export const startAnswer = strict({ sessionId: z.string() });

const commandId = text(100, 1);
const ttlMs = whole(1_000, 3_600_000).describe('How long it is held without a heartbeat');
export const takeRequest = strict({
  commandId,
  owner: text(200, 1).describe('What the holder calls itself, for people'),
  ttlMs,
});
export const heartbeatRequest = strict({ commandId, number: whole(1, MAX_INTEGER), ttlMs });
export const releaseQuery = z.strictObject({ commandId, number: wholeParam(1, MAX_INTEGER) });
export const leaseAnswer = strict({
  commandId: z.string(),
  number: z.int(),
  owner: z.string(),
  expiresAt: z.string(),
});
z.globalRegistry.add(leaseAnswer, { id: 'Lease' });

export const resultsQuery = z
  .strictObject({ durable: flagParam.describe('Hand it over without waiting for the verdict') })
  .partial();
export const durableAnswer = strict({ durable: z.literal(true) });

export const decisionRequest = z.union([
  strict({ action: z.enum(['retry', 'fail']), reason }),
  strict({ action: z.literal('extend'), bound: z.enum(BOUND_NAMES), by: whole(1, MAX_BOUND), reason }),
  strict({ action: z.literal('waive'), component: name, reason }),
]);
z.globalRegistry.add(decisionRequest, { id: 'Decision' });
export const decisionAnswer = strict({ accepted: z.literal(true) });
export const modeBody = strict({ mode: z.enum(EXECUTION_MODES) });
export const cancelRequest = strict({ reason });
export const cancelAnswer = strict({ requested: z.literal(true) });

/** As the database has it: 50 MiB. */
export const MAX_UPLOAD_BYTES = 52_428_800;
export const MAX_PIECE_BYTES = 262_144;
export const uploadRequest = strict({
  commandId,
  name: text(200, 1),
  sha256,
  bytes: whole(0, MAX_UPLOAD_BYTES),
});
export const uploadAnswer = strict({
  outputId: z.string(),
  name: z.string(),
  sha256: z.string(),
  bytes: z.number(),
  stored: z.number().describe('The next piece begins here'),
  isFinished: z.boolean(),
});
z.globalRegistry.add(uploadAnswer, { id: 'Upload' });
export const uploadPath = z.strictObject({ uploadId: z.string().min(1).max(200) });
export const pieceHeaders = z.looseObject({ 'upload-offset': wholeParam(0, MAX_UPLOAD_BYTES) });
export const pieceBody = z
  .instanceof(Uint8Array)
  .meta({ type: 'string', format: 'binary', description: `At most ${MAX_PIECE_BYTES} bytes` });
export const outputRef = strict({ id: z.string(), sha256: z.string(), bytes: z.number() });
export const outputPath = z.strictObject({ outputId: z.string().min(1).max(200) });
export const binary = z.string().meta({ format: 'binary' });
