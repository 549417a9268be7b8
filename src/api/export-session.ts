import { RefusedError } from '../client.js';
import { sha256OfBytes } from '../domain/digest.js';
import { isUuid } from '../domain/names.js';
import type { JsonObject } from '../domain/json.js';
import {
  type BundledOutput,
  claimsOf,
  isSameOutput,
  makeBundle,
  type SessionBundle,
} from '../domain/session-bundle.js';
import type { Scope } from '../domain/scope.js';
import type { SessionEvent } from '../ports/session-reader.js';
import type { Sessions } from './sessions.js';

const EVENTS_AT_ONCE = 500;

/** Everything stored about one session, with the bytes of every output that is there as its results claim. */
export async function exportSession(
  sessions: Sessions,
  scope: Scope,
  sessionId: string,
  now: Date,
): Promise<SessionBundle> {
  const session = await sessions.show(scope, sessionId);
  const rejected = await sessions.rejected(scope, sessionId);
  const claims = claimsOf(session, rejected);
  const outputs: BundledOutput[] = [];
  for (const id of new Set(claims.map((claim) => claim.id).filter(isUuid))) {
    const content = await sessions.output(scope, id).catch(nothingThere);
    if (content === null) continue;
    const output = { id, sha256: sha256OfBytes(content), bytes: content.length };
    if (claims.some((claim) => isSameOutput(claim, output)))
      outputs.push({ ...output, base64: Buffer.from(content).toString('base64') });
  }
  return makeBundle({
    exportedAt: now.toISOString(),
    session: session as unknown as JsonObject,
    events: (await eventsOf(sessions, scope, sessionId)) as unknown as SessionBundle['events'],
    rejected: rejected as unknown as readonly JsonObject[],
    outputs,
  });
}

/** A claim may name nothing. */
function nothingThere(error: unknown): null {
  if (error instanceof RefusedError && error.refusal.code === 'not_found') return null;
  throw error;
}

async function eventsOf(sessions: Sessions, scope: Scope, sessionId: string): Promise<readonly SessionEvent[]> {
  const events: SessionEvent[] = [];
  for (;;) {
    const more = await sessions.events(scope, sessionId, events.at(-1)?.revision ?? 0, EVENTS_AT_ONCE);
    events.push(...more);
    if (more.length < EVENTS_AT_ONCE) return events;
  }
}
