import { RefusedError } from '../client.js';
import type { Scope } from '../domain/scope.js';
import type { SessionReader, Standing } from '../ports/session-reader.js';

/** Where a session of the scope stands; a foreign one is as unknown as one that never was. */
export async function ownedSession(reader: SessionReader, scope: Scope, sessionId: string): Promise<Standing> {
  return (await reader.standing(scope, sessionId)) ?? unknownSession(sessionId);
}

export function unknownSession(sessionId: string): never {
  const fix = 'check the id with `specwright list`; a session just started may need a moment';
  throw new RefusedError({ code: 'session_not_found', message: `no session ${sessionId} in this project`, fix });
}

const LOOK_EVERY_MS = 50;
const MAX_WAIT_MS = 20_000;

/** The row is written by the first activity; with no worker up the session is started all the same. */
export async function untilReadable(
  reader: SessionReader,
  scope: Scope,
  sessionId: string,
  withinMs: number,
): Promise<void> {
  const end = Date.now() + withinMs;
  const look = () => reader.standing(scope, sessionId).catch(() => null);
  while (Date.now() < end && (await look()) === null) await pause();
}

/** The session's revision once it is past the cursor, or when the time is over. */
export async function revisionAfter(
  reader: SessionReader,
  scope: Scope,
  sessionId: string,
  cursor: number | null,
  waitMs: number,
): Promise<number> {
  const end = Date.now() + Math.min(waitMs, MAX_WAIT_MS);
  for (;;) {
    const { revision } = await ownedSession(reader, scope, sessionId);
    if (cursor === null || revision > cursor || Date.now() >= end) return revision;
    await pause();
  }
}

const pause = () => new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
