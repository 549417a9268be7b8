import type { Json } from './json.js';

// What is told to the outside, and when it is tried again. Signatures follow Standard Webhooks 1.0.

/** Every type of `session_events`; a webhook may ask for some of them. */
export const EVENT_TYPES = [
  'session_created',
  'interaction_opened',
  'interaction_completed',
  'waiting_changed',
  'lease_taken',
  'lease_expiring',
  'lease_expired',
  'children_planned',
  'child_changed',
  'decided',
  'component_waived',
  'session_set_back',
  'session_reopened',
  'session_closed',
] as const;
/** Sent on request, about no session. */
export const PING = 'ping';

export const DELIVERY_STATUSES = ['pending', 'delivered', 'given_up'] as const;
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];
export const ATTEMPT_OUTCOMES = ['delivered', 'http_error', 'timed_out', 'unreachable', 'address_refused'] as const;
export type AttemptOutcome = (typeof ATTEMPT_OUTCOMES)[number];
/** `asked`: by a person; `failing`: a delivery was given up and none came through meanwhile; `gone`: the receiver answered 410. */
export const DISABLED_REASONS = ['asked', 'failing', 'gone'] as const;
export type DisabledReason = (typeof DISABLED_REASONS)[number];

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** Pauses between the tries of one delivery: ten tries in a little more than three days, so that a weekend is outlived. */
export const RETRY_DELAYS_MS: readonly number[] = [
  5_000,
  5 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  5 * HOUR_MS,
  10 * HOUR_MS,
  14 * HOUR_MS,
  20 * HOUR_MS,
  24 * HOUR_MS,
];
/** Every pause is longer by up to this part, so that what failed together is not tried again together. */
const JITTER = 0.2;
/** The longest pause a receiver can ask for. */
const MAX_ASKED_MS = 24 * HOUR_MS;
/** For so long after a rotation messages are signed with the secret before, too. */
export const ROTATION_GRACE_MS = 24 * HOUR_MS;

/** What one try came to. */
export interface Attempt {
  readonly outcome: AttemptOutcome;
  readonly httpStatus: number | null;
  /** The network's word for it, as `ECONNREFUSED`. */
  readonly errorCode: string | null;
  readonly durationMs: number;
  /** How long the receiver asks to be left alone. */
  readonly retryAfterMs?: number;
}

export type AfterTry =
  | { readonly kind: 'delivered' }
  | { readonly kind: 'retry'; readonly delayMs: number }
  | { readonly kind: 'give_up'; readonly isGone: boolean };

const GONE = 410;

/** What follows a try; `triesBefore` counts those of this round, `chance` is from 0 to 1. */
export function afterTry(
  triesBefore: number,
  { outcome, httpStatus, retryAfterMs = 0 }: Pick<Attempt, 'outcome' | 'httpStatus' | 'retryAfterMs'>,
  delaysMs: readonly number[],
  chance: number,
): AfterTry {
  if (outcome === 'delivered') return { kind: 'delivered' };
  const delayMs = delaysMs[triesBefore];
  if (httpStatus === GONE || delayMs === undefined) return { kind: 'give_up', isGone: httpStatus === GONE };
  const askedMs = Math.min(retryAfterMs, MAX_ASKED_MS);
  return { kind: 'retry', delayMs: Math.round(Math.max(delayMs, askedMs) * (1 + JITTER * chance)) };
}

/** The versions of the secret a message is signed with, newest first. */
export function signingVersions(version: number, rotatedAtMs: number | null, nowMs: number): readonly number[] {
  const isFresh = rotatedAtMs !== null && nowMs - rotatedAtMs < ROTATION_GRACE_MS;
  return isFresh && version > 1 ? [version, version - 1] : [version];
}

/** An event as the database has it, with the session it is of. */
export interface ToldEvent {
  readonly sessionId: string;
  readonly revision: number;
  readonly sessionType: string;
  readonly context: string;
  readonly component: string | null;
  readonly parentSessionId: string | null;
  readonly rootSessionId: string;
  readonly data: Json;
}

/** The members of an event that are ids, names of ours, numbers; never what people or programs wrote. */
const TOLD = ['seq', 'step', 'commandId', 'kind', 'status', 'failure', 'waitingOn', 'attempt', 'number'] as const;
const TOLD_TOO = ['component', 'action', 'bound', 'by', 'mergedAs', 'sessionId'] as const;

/** The body of a message. The same for every try: it is made of what never changes. */
export function payloadOf(
  webhookId: string,
  projectId: string,
  type: string,
  at: string,
  event: ToldEvent | null,
): string {
  if (event === null) return JSON.stringify({ type, timestamp: at, data: { webhookId, projectId } });
  const { data, ...session } = event;
  return JSON.stringify({ type, timestamp: at, data: { projectId, ...session, event: told(data) } });
}

function told(data: Json): Readonly<Record<string, Json>> {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return {};
  const members = data as Readonly<Record<string, Json>>;
  const entries = [...TOLD, ...TOLD_TOO]
    .map((name) => [name, name === 'failure' ? kindOf(members[name]) : members[name]] as const)
    .filter((entry): entry is [(typeof entry)[0], Json] => isPlain(entry[1]));
  return Object.fromEntries(entries);
}

/** Of a failure the kind alone: its message and detail quote what a program printed. */
function kindOf(failure: Json | undefined): Json | undefined {
  if (typeof failure !== 'object' || failure === null || Array.isArray(failure)) return failure;
  return (failure as { readonly kind?: Json }).kind;
}

const isPlain = (value: Json | undefined): boolean => value === null || ['string', 'number'].includes(typeof value);
