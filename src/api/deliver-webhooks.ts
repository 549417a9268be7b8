import { byProject } from '../domain/by-project.js';
import { afterTry, payloadOf, signingVersions } from '../domain/webhooks.js';
import type { Outgoing, Signer } from '../ports/outgoing.js';
import type { Busy, Claim, DeliveryQueue, DueDelivery } from '../ports/webhook-store.js';
import { pause } from './pause.js';

export interface DeliveryDeps {
  readonly queue: DeliveryQueue;
  readonly outgoing: Pick<Outgoing, 'post'>;
  readonly signer: Signer;
  readonly now: () => number;
  /** From 0 to 1. */
  readonly chance: () => number;
  /** Pauses between tries; one try more than there are of them. */
  readonly delaysMs: readonly number[];
  /** Between two looks for what is due, when nothing is. */
  readonly pollMs: number;
  /** How long a claim holds: longer than a try can take. */
  readonly claimMs: number;
  /** Ids only. */
  readonly onDisabled?: (webhookId: string) => void;
  /** One that could not be looked up or written down is due again when its claim lapses. */
  readonly onError?: (error: unknown) => void;
}

/** Tries at a time in this process, of one project and of one webhook: a slow receiver holds up itself. */
const MAX_RUNNING = 128;
/** Or as many as are left, so that there is always one for another; a claim may go over these by less than the next. */
const MAX_RUNNING_PER_PROJECT = 16;
const MAX_RUNNING_PER_WEBHOOK = 4;
/** What is running when the process is to stop has this long; after that it is another's, when its claim lapses. */
const DRAIN_MS = 5_000;

/** Sends what is due until the signal, then waits for what is on its way. Any number of processes may do so. */
export async function deliverWebhooks(deps: DeliveryDeps, signal: AbortSignal): Promise<void> {
  const running = new Map<Promise<void>, Claim>();
  const giveUp = new AbortController();
  const take = async (): Promise<number> => {
    const limit = Math.min(MAX_RUNNING - running.size, MAX_RUNNING_PER_WEBHOOK);
    const claims = limit > 0 ? await deps.queue.claim(limit, deps.claimMs, busyOf([...running.values()])) : [];
    for (const claim of claims) {
      const work = deliver(deps, claim, giveUp.signal)
        .catch((error: unknown) => deps.onError?.(error))
        .finally(() => running.delete(work));
      running.set(work, claim);
    }
    return claims.length;
  };
  let isAway = false;
  while (!signal.aborted) {
    const taken = await take().catch((error: unknown) => {
      // Told once, however long it lasts.
      if (!isAway) deps.onError?.(error);
      return null;
    });
    isAway = taken === null;
    if (!taken) await Promise.race([pause(deps.pollMs, signal), ...running.keys()]);
  }
  const late = setTimeout(() => giveUp.abort(), DRAIN_MS);
  await Promise.all(running.keys());
  clearTimeout(late);
}

function busyOf(running: readonly Claim[]): Busy {
  const ids = running.map(({ webhookId }) => webhookId);
  const ofOne = (id: string) => ids.filter((other) => other === id).length;
  const projects = byProject(running, (claim) => claim);
  const most = Math.min(MAX_RUNNING_PER_PROJECT, MAX_RUNNING - running.length);
  return {
    webhooks: [...new Set(ids)].filter((id) => ofOne(id) >= MAX_RUNNING_PER_WEBHOOK),
    projects: projects.flatMap((tries) => (tries.length >= most ? [tries[0]] : [])),
  };
}

async function deliver(deps: DeliveryDeps, claim: Claim, signal: AbortSignal): Promise<void> {
  const due = await deps.queue.load(claim);
  if (due === null) return;
  const attempt = await deps.outgoing.post(due.url, messageOf(deps, claim, due), signal);
  if (attempt === null) return;
  const then = afterTry(due.roundTries, attempt, deps.delaysMs, deps.chance());
  if (await deps.queue.record(claim, due.roundTries, attempt, then)) deps.onDisabled?.(claim.webhookId);
}

function messageOf({ signer, now }: DeliveryDeps, claim: Claim, due: DueDelivery) {
  const { webhookId, projectId, deliveryId } = claim;
  const body = payloadOf(webhookId, projectId, due.type, due.at, due.event);
  const nowMs = now();
  const versions = signingVersions(due.secretVersion, due.rotatedAtMs, nowMs);
  return { body, headers: signer.headers({ webhookId, versions, messageId: `msg_${deliveryId}`, nowMs, body }) };
}
