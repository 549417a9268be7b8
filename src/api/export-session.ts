import type { JsonObject } from '../domain/json.js';
import { makeBundle, type BundledOutput, type SessionBundle } from '../domain/session-bundle.js';
import type { OutputRef } from '../domain/result.js';
import type { Scope } from '../domain/scope.js';
import type { SessionDetail, SessionEvent } from '../ports/session-reader.js';
import type { Sessions } from './sessions.js';

const EVENTS_AT_ONCE = 500;

/** Everything stored about one session, with the bytes of every output its results refer to. */
export async function exportSession(
  sessions: Sessions,
  scope: Scope,
  sessionId: string,
  now: Date,
): Promise<SessionBundle> {
  const session = await sessions.show(scope, sessionId);
  const outputs: BundledOutput[] = [];
  for (const { id, sha256, bytes } of refsOf(session)) {
    outputs.push({ id, sha256, bytes, base64: Buffer.from(await sessions.output(scope, id)).toString('base64') });
  }
  return makeBundle({
    exportedAt: now.toISOString(),
    session: session as unknown as JsonObject,
    events: (await eventsOf(sessions, scope, sessionId)) as unknown as SessionBundle['events'],
    rejected: (await sessions.rejected(scope, sessionId)) as unknown as readonly JsonObject[],
    outputs,
  });
}

function refsOf({ interactions }: SessionDetail): readonly OutputRef[] {
  const all = interactions.flatMap(({ result }) => result?.outputs ?? []);
  const refs = all.flatMap((output) => ('ref' in output ? [output.ref] : []));
  return [...new Map(refs.map((ref) => [ref.id, ref])).values()];
}

async function eventsOf(sessions: Sessions, scope: Scope, sessionId: string): Promise<readonly SessionEvent[]> {
  const events: SessionEvent[] = [];
  for (;;) {
    const more = await sessions.events(scope, sessionId, events.at(-1)?.revision ?? 0, EVENTS_AT_ONCE);
    events.push(...more);
    if (more.length < EVENTS_AT_ONCE) return events;
  }
}
