import { z } from 'zod';
import { itemsOf, moment, role } from './http-common.js';
import { strict, text, uuid } from './messages.js';

export const meAnswer = strict({
  accountId: z.string(),
  projectId: z.string(),
  userId: z.string(),
  role: role.describe("The lesser of the key's and its user's"),
  keyId: z.string(),
});

const summary = {
  keyId: z.string(),
  userId: z.string(),
  name: z.string(),
  role,
  prefix: z.string().describe('The first characters of the key, by which people know it again'),
  createdAt: z.string(),
  expiresAt: z.string().nullable(),
  revokedAt: z.string().nullable(),
};
const keySummary = strict(summary);
z.globalRegistry.add(keySummary, { id: 'Key' });
export const keyList = itemsOf(keySummary);
export const createdKey = strict({ ...summary, key: z.string().describe('Shown this once') });
z.globalRegistry.add(createdKey, { id: 'CreatedKey' });
export const keyRequest = strict({ name: text(200, 1), role, expiresAt: moment.exactOptional() });
export const keyPath = z.strictObject({ keyId: z.string().min(1).max(200) });

export const memberAnswer = strict({ userId: z.string(), name: z.string(), role });
z.globalRegistry.add(memberAnswer, { id: 'Member' });
export const memberList = itemsOf(memberAnswer);
export const memberRequest = strict({ name: text(200, 1), role });
export const memberPath = z.strictObject({ userId: z.string().min(1).max(200) });
export const newMemberPath = z.strictObject({ userId: uuid });
