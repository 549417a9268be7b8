import type { Next } from '../client.js';
import type { Standing } from '../ports/session-reader.js';
import { ownedSession } from './owned-session.js';
import type { Sessions, SessionsDeps } from './session-use-cases.js';
import { settlesWithin, UnavailableError, whenReachable } from './when-reachable.js';

type Waiting = Pick<Sessions, 'next' | 'nextAfter'>;

/** However long a wait was asked for. */
const MAX_WAIT_MS = 20_000;
/** A worker that is up answers sooner; with the wait before it, a call ends within half a minute. */
const ANSWER_WITHIN_MS = 8_000;

/** What a session wants next, at once or as soon as it moves. */
export function waiting({ client, reader, watch }: SessionsDeps): Waiting {
  const nextOf = async (sessionId: string, { status }: Standing): Promise<Next> => {
    if (status !== 'active') return { kind: 'done', status };
    const next = whenReachable(client, () => client.nextCommand(sessionId));
    if (!(await settlesWithin(next, ANSWER_WITHIN_MS))) throw new UnavailableError('no worker answers');
    return next;
  };
  return {
    next: async (scope, sessionId) => nextOf(sessionId, await ownedSession(reader, scope, sessionId)),
    async nextAfter(scope, sessionId, cursor, { waitMs, signal }) {
      let standing = await ownedSession(reader, scope, sessionId);
      if (cursor !== null && waitMs > 0 && standing.revision <= cursor) {
        const over = AbortSignal.timeout(Math.min(waitMs, MAX_WAIT_MS));
        const ended = signal ? AbortSignal.any([signal, over]) : over;
        standing = (await watch.past(scope, sessionId, cursor, ended)) ?? standing;
      }
      return { next: await nextOf(sessionId, standing), cursor: standing.revision };
    },
  };
}
