import { z } from 'zod';
import { sessionId } from '../../schemas/messages.js';

export const session = sessionId.describe('Id of the session');
export const command = z.string().min(1).max(100);
export const cursor = z.string().min(1).max(1_000).optional().describe('Where the answer before ended');
/** As waits of the use cases; an agent that wants to wait longer asks again. */
export const waitSeconds = z
  .int()
  .min(0)
  .max(20)
  .optional()
  .describe('Wait this long for something to change after the cursor; default 0');
