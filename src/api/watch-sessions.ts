import { byProject } from '../domain/by-project.js';
import type { Scope } from '../domain/scope.js';
import type { SessionEvent, SessionReader, Standing } from '../ports/session-reader.js';

/** Tells when sessions change, with one read per project and round however many wait. A process has one. */
export interface SessionWatch {
  /** Where the session stands once it is past `revision` or closed; null when the signal ended the wait. */
  past(scope: Scope, sessionId: string, revision: number, signal: AbortSignal): Promise<Standing | null>;
  /**
   * Events after a revision; all who ask the same while one read is under way get what it finds. It may have begun
   * before the last change, so it is for those who go on with {@link past}.
   */
  events(scope: Scope, sessionId: string, afterRevision: number, limit: number): Promise<readonly SessionEvent[]>;
}

type Reads = Pick<SessionReader, 'standings' | 'events'>;

interface Waiter {
  readonly scope: Scope;
  readonly sessionId: string;
  readonly revision: number;
  done(standing: Standing | null): void;
}

/** A round that takes long is followed by a long pause: watching never takes more than a fifth of the time. */
const PAUSE_MS = 50;
const PAUSE_PER_MS = 4;

export function createSessionWatch(reader: Reads): SessionWatch {
  const waiters = new Set<Waiter>();
  let running = false;
  const run = async (): Promise<void> => {
    running = true;
    while (waiters.size > 0) {
      const began = Date.now();
      for (const group of byProject(waiters, ({ scope }) => scope)) await look(reader, group);
      await new Promise((resolve) => setTimeout(resolve, Math.max(PAUSE_MS, PAUSE_PER_MS * (Date.now() - began))));
    }
    running = false;
  };
  return {
    past: (scope, sessionId, revision, signal) =>
      new Promise((resolve) => {
        if (signal.aborted) return resolve(null);
        const done = (standing: Standing | null): void => {
          waiters.delete(waiter);
          signal.removeEventListener('abort', ended);
          resolve(standing);
        };
        const ended = (): void => done(null);
        const waiter: Waiter = { scope, sessionId, revision, done };
        waiters.add(waiter);
        signal.addEventListener('abort', ended);
        if (!running) void run();
      }),
    events: sharedEvents(reader),
  };
}

async function look(reader: Reads, group: readonly Waiter[]): Promise<void> {
  const ids = [...new Set(group.map(({ sessionId }) => sessionId))];
  // An outage is no change; whoever waits has its own end.
  const standings = await reader.standings(group[0]!.scope, ids).catch(() => null);
  for (const waiter of group) {
    const standing = standings?.get(waiter.sessionId);
    if (standing && (standing.revision > waiter.revision || standing.status !== 'active')) waiter.done(standing);
  }
}

function sharedEvents(reader: Reads): SessionWatch['events'] {
  const underWay = new Map<string, Promise<readonly SessionEvent[]>>();
  return (scope, sessionId, after, limit) => {
    const key = [scope.accountId, scope.projectId, sessionId, after, limit].join('/');
    const same = underWay.get(key);
    if (same) return same;
    const read = reader.events(scope, sessionId, after, limit).finally(() => underWay.delete(key));
    underWay.set(key, read);
    return read;
  };
}
