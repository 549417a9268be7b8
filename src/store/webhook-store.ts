import type { WebhookStore } from '../ports/webhook-store.js';
import type { Pool } from './pool.js';
import { deliveries } from './webhooks/deliveries.js';
import { webhookRows } from './webhooks/webhook-rows.js';

export function createWebhookStore(pool: Pool): WebhookStore {
  return { ...webhookRows(pool), ...deliveries(pool) };
}
