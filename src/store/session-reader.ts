import type { Scope } from '../domain/scope.js';
import type { SessionReader, Standing } from '../ports/session-reader.js';
import type { Pool } from './pool.js';
import { acceptedDigest } from './queries/accepted-digest.js';
import { getSession } from './queries/get-session.js';
import { listSessions } from './queries/list-sessions.js';
import { sessionEvents } from './queries/session-events.js';
import { sessionStanding, sessionStandings } from './queries/session-standing.js';
import { startFault } from './queries/start-fault.js';
import { sessionTree } from './queries/session-tree.js';
import { isValueError } from './sql-errors.js';
import { isAddressable } from './with-scope.js';

/** `readPool` is of the role that cannot write. What names nothing (an id, a filter that no value fits) finds nothing. */
export function createSessionReader(readPool: Pool): SessionReader {
  return {
    list: (scope, filter, page) =>
      found({ items: [], cursor: null }, scope, undefined, () => listSessions(readPool, scope, filter, page)),
    get: (scope, sessionId) => found(null, scope, sessionId, () => getSession(readPool, scope, sessionId)),
    standing: (scope, sessionId) => found(null, scope, sessionId, () => sessionStanding(readPool, scope, sessionId)),
    standings: (scope, sessionIds) =>
      found<ReadonlyMap<string, Standing>>(new Map(), scope, undefined, () =>
        sessionStandings(readPool, scope, sessionIds),
      ),
    tree: (scope, sessionId) => found([], scope, sessionId, () => sessionTree(readPool, scope, sessionId)),
    events: (scope, sessionId, after, limit) =>
      found([], scope, sessionId, () => sessionEvents(readPool, scope, sessionId, after, limit)),
    acceptedDigest: (scope, sessionId, commandId) =>
      found(null, scope, sessionId, () => acceptedDigest(readPool, scope, sessionId, commandId)),
    startFault: (scope, subject) => found(null, scope, undefined, () => startFault(readPool, scope, subject)),
  };
}

async function found<T>(nothing: T, scope: Scope, sessionId: string | undefined, read: () => Promise<T>): Promise<T> {
  if (!isAddressable(scope, sessionId)) return nothing;
  try {
    return await read();
  } catch (error) {
    if (isValueError(error)) return nothing;
    throw error;
  }
}
