import { RefusedError } from '../client.js';
import { sha256OfBytes } from '../domain/digest.js';
import type { JsonObject } from '../domain/json.js';
import { makeBundle, type BundledOutput, type SessionBundle } from '../domain/session-bundle.js';
import type { Scope } from '../domain/scope.js';
import type { SessionDetail, SessionEvent } from '../ports/session-reader.js';
import type { Sessions } from './sessions.js';

const EVENTS_AT_ONCE = 500;

/** Everything stored about one session, with the bytes of every output there is that its results refer to. */
export async function exportSession(
  sessions: Sessions,
  scope: Scope,
  sessionId: string,
  now: Date,
): Promise<SessionBundle> {
  const session = await sessions.show(scope, sessionId);
  const outputs: BundledOutput[] = [];
  for (const id of outputIdsOf(session)) {
    const content = await sessions.output(scope, id).catch(nothingThere);
    if (content === null) continue;
    const base64 = Buffer.from(content).toString('base64');
    outputs.push({ id, sha256: sha256OfBytes(content), bytes: content.length, base64 });
  }
  return makeBundle({
    exportedAt: now.toISOString(),
    session: session as unknown as JsonObject,
    events: (await eventsOf(sessions, scope, sessionId)) as unknown as SessionBundle['events'],
    rejected: (await sessions.rejected(scope, sessionId)) as unknown as readonly JsonObject[],
    outputs,
  });
}

function outputIdsOf({ interactions }: SessionDetail): readonly string[] {
  const all = interactions.flatMap(({ result }) => result?.outputs ?? []);
  return [...new Set(all.flatMap((output) => ('ref' in output ? [output.ref.id] : [])))];
}

/** A reference is a claim of whoever reported it, and may name nothing. */
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
