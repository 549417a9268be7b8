import { z } from 'zod';
import { ATTEMPT_OUTCOMES, DELIVERY_STATUSES, DISABLED_REASONS, EVENT_TYPES } from '../domain/webhooks.js';
import { itemsOf, pageOf, wholeParam } from './http-common.js';
import { strict, text } from './messages.js';

const url = text(2_000, 1).describe('An https address on the public Internet');
const description = text(500).describe('For people');
const types = z
  .array(z.enum(EVENT_TYPES))
  .min(1)
  .max(EVENT_TYPES.length)
  .refine((all) => new Set(all).size === all.length, 'must not name one twice')
  .meta({ uniqueItems: true })
  .readonly()
  .nullable()
  .describe('Types of events to send; null: every type');

export const webhookRequest = strict({ url, types, description: description.exactOptional() });
/** Only what is given is changed. */
export const webhookChange = strict({
  url: url.exactOptional(),
  types: types.exactOptional(),
  description: description.exactOptional(),
  enabled: z.boolean().exactOptional().describe('While it is off, nothing is sent and nothing is kept to be sent'),
});

const webhook = {
  webhookId: z.string(),
  url: z.string(),
  description: z.string(),
  types: z.array(z.string()).readonly().nullable(),
  enabled: z.boolean(),
  disabledAt: z.string().nullable(),
  disabledReason: z.enum(DISABLED_REASONS).nullable(),
  failingSince: z.string().nullable().describe('The first try that failed since one came through'),
  secretVersion: z.number(),
  rotatedAt: z.string().nullable().describe('For 24 hours after it messages are signed with the secret before, too'),
  createdAt: z.string(),
};
export const webhookAnswer = strict(webhook);
z.globalRegistry.add(webhookAnswer, { id: 'Webhook' });
export const webhookList = itemsOf(webhookAnswer);
export const createdWebhook = strict({ ...webhook, secret: z.string().describe('Shown this once') });
z.globalRegistry.add(createdWebhook, { id: 'CreatedWebhook' });

const delivery = {
  deliveryId: z.string().describe('The header `webhook-id` is `msg_` and this, in every try'),
  webhookId: z.string(),
  type: z.string(),
  sessionId: z.string().nullable(),
  revision: z.number().nullable(),
  at: z.string(),
  status: z.enum(DELIVERY_STATUSES),
  tries: z.number(),
  nextTryAt: z.string().nullable(),
  createdAt: z.string(),
  endedAt: z.string().nullable(),
};
const deliverySummary = strict(delivery);
z.globalRegistry.add(deliverySummary, { id: 'Delivery' });
export const deliveryPage = pageOf(deliverySummary);
const attempt = strict({
  number: z.number(),
  at: z.string(),
  durationMs: z.number(),
  outcome: z.enum(ATTEMPT_OUTCOMES),
  httpStatus: z.number().nullable(),
  errorCode: z.string().nullable(),
});
export const deliveryAnswer = strict({ ...delivery, attempts: z.array(attempt).readonly() });
z.globalRegistry.add(deliveryAnswer, { id: 'DeliveryDetail' });

const id = z.string().min(1).max(200);
export const webhookPath = z.strictObject({ webhookId: id });
export const deliveryPath = z.strictObject({ webhookId: id, deliveryId: id });
export const deliveriesQuery = z
  .strictObject({
    status: z.enum(DELIVERY_STATUSES),
    limit: wholeParam(1, 200).describe('50 when not given'),
    cursor: z.string().min(1).max(500).describe('From the page before'),
  })
  .partial();
