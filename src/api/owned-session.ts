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
