import type { Scope } from '../domain/scope.js';
import type { SessionReader, Standing } from '../ports/session-reader.js';

/** Tells when sessions change, with one read per project and round however many wait. */
export interface SessionWatch {
  /** Where the session stands once it is past `revision` or closed; null when the signal ended the wait. */
  past(scope: Scope, sessionId: string, revision: number, signal: AbortSignal): Promise<Standing | null>;
}

interface Waiter {
  readonly scope: Scope;
  readonly sessionId: string;
  readonly revision: number;
  done(standing: Standing | null): void;
}

/** A round that takes long is followed by a long pause: watching never takes more than a fifth of the time. */
const PAUSE_MS = 100;
const PAUSE_PER_MS = 4;

export function createSessionWatch(reader: Pick<SessionReader, 'standings'>): SessionWatch {
  const waiters = new Set<Waiter>();
  let running = false;
  const run = async (): Promise<void> => {
    running = true;
    while (waiters.size > 0) {
      const began = Date.now();
      for (const group of byProject(waiters)) await look(reader, group);
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
  };
}

function byProject(waiters: Iterable<Waiter>): readonly (readonly Waiter[])[] {
  const groups = new Map<string, Waiter[]>();
  for (const waiter of waiters) {
    const key = `${waiter.scope.accountId}/${waiter.scope.projectId}`;
    const group = groups.get(key);
    if (group) group.push(waiter);
    else groups.set(key, [waiter]);
  }
  return [...groups.values()];
}

async function look(reader: Pick<SessionReader, 'standings'>, group: readonly Waiter[]): Promise<void> {
  const ids = [...new Set(group.map(({ sessionId }) => sessionId))];
  // An outage is no change; whoever waits has its own end.
  const standings = await reader.standings(group[0]!.scope, ids).catch(() => null);
  for (const waiter of group) {
    const standing = standings?.get(waiter.sessionId);
    if (standing && (standing.revision > waiter.revision || standing.status !== 'active')) waiter.done(standing);
  }
}
