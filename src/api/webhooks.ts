import { RefusedError } from '../client.js';
import type { Scope } from '../domain/scope.js';
import type { Outgoing, Signer } from '../ports/outgoing.js';
import type { Page } from '../ports/session-reader.js';
import type {
  Delivery,
  DeliveryDetail,
  DeliveryFilter,
  Webhook,
  WebhookChange,
  WebhookStore,
} from '../ports/webhook-store.js';
import { notFound } from './not-found.js';

export type { Delivery, DeliveryDetail, DeliveryFilter, Webhook, WebhookChange };

export interface WebhookRequest {
  readonly url: string;
  readonly types: readonly string[] | null;
  readonly description?: string;
}

/** A webhook with its secret, which is shown this once. */
export interface CreatedWebhook extends Webhook {
  readonly secret: string;
}

/** Where events of the scope's project are sent to, and what came of it. */
export interface Webhooks {
  create(scope: Scope, request: WebhookRequest): Promise<CreatedWebhook>;
  list(scope: Scope): Promise<readonly Webhook[]>;
  show(scope: Scope, webhookId: string): Promise<Webhook>;
  update(scope: Scope, webhookId: string, change: WebhookChange): Promise<Webhook>;
  delete(scope: Scope, webhookId: string): Promise<void>;
  /** A new secret; for a day messages are signed with the old one, too. */
  rotate(scope: Scope, webhookId: string): Promise<CreatedWebhook>;
  deliveries(
    scope: Scope,
    webhookId: string,
    filter: DeliveryFilter,
    page: { limit: number; cursor?: string },
  ): Promise<Page<Delivery>>;
  delivery(scope: Scope, webhookId: string, deliveryId: string): Promise<DeliveryDetail>;
  ping(scope: Scope, webhookId: string): Promise<DeliveryDetail>;
  /** The same message with the same id once more, with all its tries. */
  replay(scope: Scope, webhookId: string, deliveryId: string): Promise<DeliveryDetail>;
}

export interface WebhooksDeps {
  readonly store: WebhookStore;
  readonly outgoing: Pick<Outgoing, 'urlFault'>;
  /** Null: the server has no key to sign with, and webhooks are off. */
  readonly signer: Signer | null;
  readonly newId: () => string;
}

export function createWebhooks(deps: WebhooksDeps): Webhooks {
  const { store, newId } = deps;
  const show = (scope: Scope, webhookId: string) => shown(store, scope, webhookId);
  return {
    async create(scope, { url, types, description = '' }) {
      const signer = signerOf(deps);
      checkUrl(deps, url);
      const webhook = await store.create(scope, { webhookId: newId(), url, types, description });
      if (webhook) return { ...webhook, secret: signer.secretOf(webhook.webhookId, webhook.secretVersion) };
      const message = 'the project has as many webhooks as it may have';
      throw new RefusedError({ code: 'conflict', message, fix: 'delete one first, or share one' });
    },
    list: (scope) => store.list(scope),
    show,
    async update(scope, webhookId, change) {
      await show(scope, webhookId);
      if (change.url !== undefined) checkUrl(deps, change.url);
      return (await store.update(scope, webhookId, change)) ?? unknown('webhook');
    },
    async delete(scope, webhookId) {
      if (!(await store.delete(scope, webhookId))) unknown('webhook');
    },
    async rotate(scope, webhookId) {
      await show(scope, webhookId);
      const signer = signerOf(deps);
      const webhook = (await store.rotate(scope, webhookId)) ?? unknown('webhook');
      return { ...webhook, secret: signer.secretOf(webhookId, webhook.secretVersion) };
    },
    async deliveries(scope, webhookId, filter, page) {
      await show(scope, webhookId);
      return store.deliveries(scope, webhookId, filter, page);
    },
    delivery: async (scope, webhookId, deliveryId) =>
      (await store.delivery(scope, webhookId, deliveryId)) ?? unknown('delivery'),
    async ping(scope, webhookId) {
      await checkSending(deps, scope, webhookId);
      return (await store.ping(scope, webhookId, newId())) ?? unknown('webhook');
    },
    async replay(scope, webhookId, deliveryId) {
      if ((await store.delivery(scope, webhookId, deliveryId)) === null) unknown('delivery');
      await checkSending(deps, scope, webhookId);
      return (await store.replay(scope, webhookId, deliveryId)) ?? unknown('delivery');
    },
  };
}

async function shown(store: WebhookStore, scope: Scope, webhookId: string): Promise<Webhook> {
  return (await store.get(scope, webhookId)) ?? unknown('webhook');
}

/** In this order: a foreign id is unknown whatever else is the matter. */
async function checkSending(deps: WebhooksDeps, scope: Scope, webhookId: string): Promise<void> {
  const webhook = await shown(deps.store, scope, webhookId);
  signerOf(deps);
  if (webhook.enabled) return;
  const message = `the webhook is disabled (${webhook.disabledReason})`;
  throw new RefusedError({ code: 'conflict', message, fix: 'enable it first' });
}

function signerOf({ signer }: WebhooksDeps): Signer {
  if (signer) return signer;
  throw new RefusedError({
    code: 'webhooks_off',
    message: 'this server sends no webhooks',
    fix: 'ask an operator to set SPECWRIGHT_WEBHOOK_KEY, the same on every API process',
  });
}

function checkUrl({ outgoing }: WebhooksDeps, url: string): void {
  const fault = outgoing.urlFault(url);
  if (fault === null) return;
  const fix = 'give an https address on the public Internet; an operator may allow others by SPECWRIGHT_WEBHOOK_ALLOW';
  throw new RefusedError({ code: 'invalid_input', field: 'url', message: `url ${fault}`, fix });
}

function unknown(what: string): never {
  throw notFound(what);
}
