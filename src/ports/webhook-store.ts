import type { Scope } from '../domain/scope.js';
import type {
  AfterTry,
  Attempt,
  AttemptOutcome,
  DeliveryStatus,
  DisabledReason,
  ToldEvent,
} from '../domain/webhooks.js';
import type { Page } from './session-reader.js';

/** Where events of a project are sent to. Times are ISO 8601. */
export interface Webhook {
  readonly webhookId: string;
  readonly url: string;
  readonly description: string;
  /** Null: every type. */
  readonly types: readonly string[] | null;
  readonly enabled: boolean;
  readonly disabledAt: string | null;
  readonly disabledReason: DisabledReason | null;
  readonly failingSince: string | null;
  readonly secretVersion: number;
  readonly rotatedAt: string | null;
  readonly createdAt: string;
}

export interface WebhookChange {
  readonly url?: string;
  readonly description?: string;
  readonly types?: readonly string[] | null;
  readonly enabled?: boolean;
}

/** One event, or a ping, for one webhook. */
export interface Delivery {
  readonly deliveryId: string;
  readonly webhookId: string;
  readonly type: string;
  /** Null for a ping. */
  readonly sessionId: string | null;
  readonly revision: number | null;
  /** When the event was. */
  readonly at: string;
  readonly status: DeliveryStatus;
  readonly tries: number;
  readonly nextTryAt: string | null;
  readonly createdAt: string;
  readonly endedAt: string | null;
}

export interface LoggedAttempt {
  readonly number: number;
  readonly at: string;
  readonly durationMs: number;
  readonly outcome: AttemptOutcome;
  readonly httpStatus: number | null;
  readonly errorCode: string | null;
}

export interface DeliveryDetail extends Delivery {
  readonly attempts: readonly LoggedAttempt[];
}

export interface DeliveryFilter {
  readonly status?: DeliveryStatus;
}

/** Null and false stand for what is not there, or is another project's. */
export interface WebhookStore {
  /** Null when the project has as many as it may have. */
  create(
    scope: Scope,
    webhook: { webhookId: string; url: string; description: string; types: readonly string[] | null },
  ): Promise<Webhook | null>;
  list(scope: Scope): Promise<readonly Webhook[]>;
  get(scope: Scope, webhookId: string): Promise<Webhook | null>;
  update(scope: Scope, webhookId: string, change: WebhookChange): Promise<Webhook | null>;
  delete(scope: Scope, webhookId: string): Promise<boolean>;
  rotate(scope: Scope, webhookId: string): Promise<Webhook | null>;
  /** Newest first. */
  deliveries(
    scope: Scope,
    webhookId: string,
    filter: DeliveryFilter,
    page: { limit: number; cursor?: string },
  ): Promise<Page<Delivery>>;
  delivery(scope: Scope, webhookId: string, deliveryId: string): Promise<DeliveryDetail | null>;
  ping(scope: Scope, webhookId: string, deliveryId: string): Promise<DeliveryDetail | null>;
  /** Due now, with all its tries before it; the log goes on. */
  replay(scope: Scope, webhookId: string, deliveryId: string): Promise<DeliveryDetail | null>;
}

/** A delivery that this process is to try, until its claim lapses. */
export interface Claim {
  readonly deliveryId: string;
  readonly webhookId: string;
  readonly accountId: string;
  readonly projectId: string;
}

/** Webhooks and projects that have as many tries running as they may. */
export interface Busy {
  readonly webhooks: readonly string[];
  readonly projects: readonly Pick<Claim, 'accountId' | 'projectId'>[];
}

/** What is needed for a try. */
export interface DueDelivery {
  readonly url: string;
  readonly secretVersion: number;
  readonly rotatedAtMs: number | null;
  readonly type: string;
  readonly at: string;
  /** Tries since it was made, or was replayed. */
  readonly roundTries: number;
  /** Null for a ping. */
  readonly event: ToldEvent | null;
}

/** The outbox, of all accounts. */
export interface DeliveryQueue {
  /** Claims what is due, oldest first, without waiting for other claimers; nothing of those that are busy. */
  claim(limit: number, claimMs: number, without: Busy): Promise<readonly Claim[]>;
  /** Null when there is nothing to try any more: it came through, its session was purged, its webhook is off. */
  load(claim: Claim): Promise<DueDelivery | null>;
  /**
   * Writes the try into the log. What follows holds for the round it was loaded in, with as many tries before it: a replay
   * meanwhile is not given up. True when it disabled the webhook.
   */
  record(claim: Claim, roundTries: number, attempt: Attempt, then: AfterTry): Promise<boolean>;
}
