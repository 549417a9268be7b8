import { z } from 'zod';
import { ROLES } from '../domain/access.js';
import { isTimestamp } from '../domain/report-guard.js';

// What every part of the HTTP API is made of. Requests are checked with these; answers are described by them, and the
// tests compare every answer with the document that is made from them.

export const time = z
  .string()
  .refine(isTimestamp, 'must be a time with its zone, like 2026-11-01T12:00:00Z')
  .meta({ format: 'date-time' });
/** The same as a value to store: Postgres knows no 30th of February and no year 0. */
export const moment = time
  .transform((value) => new Date(value).toISOString())
  .refine((value) => /^(?!0000)\d{4}-/.test(value), 'must be in the years 1 to 9999')
  .meta({ type: 'string', format: 'date-time' });
/** Postgres counts in 32 bits. */
export const MAX_INTEGER = 2_147_483_647;

/** A whole number as the query string has it. */
export const wholeParam = (minimum: number, maximum: number) =>
  z
    .string()
    .refine(
      (value) => /^\d{1,12}$/.test(value) && Number(value) >= minimum && Number(value) <= maximum,
      `must be a whole number from ${minimum} to ${maximum}`,
    )
    .transform(Number)
    .meta({ type: 'integer', minimum, maximum });

export const flagParam = z
  .enum(['true', 'false'])
  .transform((value) => value === 'true')
  .meta({ type: 'boolean', enum: [true, false] });

export const role = z.enum(ROLES);

export const itemsOf = <T extends z.ZodType>(item: T) => z.object({ items: z.array(item).readonly() }).readonly();
export const pageOf = <T extends z.ZodType>(item: T) =>
  z
    .object({
      items: z.array(item).readonly(),
      cursor: z.string().nullable().describe('Opaque: give it as `cursor` for the next page; null on the last one'),
    })
    .readonly();

/** RFC 9457. `code` is stable, `fix` says what to do; some codes bring more members. */
export const problemSchema = z.looseObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.string(),
  detail: z.string(),
  field: z.string().exactOptional().describe('The offending part of the request'),
  fix: z.string(),
  requestId: z.string(),
});
export type Problem = z.infer<typeof problemSchema>;
z.globalRegistry.add(problemSchema, { id: 'Problem', description: 'Why a request was not carried out (RFC 9457)' });
