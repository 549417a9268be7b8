import { z } from 'zod';
import { STUCK_CAUSES } from '../domain/stuck.js';
import { itemsOf, pageOf, wholeParam } from './http-common.js';
import { sessionId } from './messages.js';

export const stuckQuery = z
  .strictObject({
    limit: wholeParam(1, 20).describe('Active sessions to look at, not findings; 20 when not given'),
    cursor: sessionId.describe('From the page before'),
  })
  .partial();

export const checkList = itemsOf(
  z
    .object({
      name: z.string(),
      ok: z.boolean(),
      detail: z.string(),
      fix: z.string().exactOptional().describe('What its operator can do, when it is not ok'),
    })
    .readonly(),
);

const stuck = z
  .object({
    sessionId: z.string(),
    cause: z.enum(STUCK_CAUSES),
    detail: z.string(),
    next: z.string().describe('What can be done'),
  })
  .readonly();
export const stuckPage = pageOf(stuck);
