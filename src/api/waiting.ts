import type { Next } from '../client.js';
import type { Standing } from '../ports/session-reader.js';
import { ownedSession } from './owned-session.js';
import type { Sessions, SessionsDeps } from './session-use-cases.js';
import { whenReachable } from './when-reachable.js';

type Waiting = Pick<Sessions, 'next' | 'nextAfter'>;

/** However long a wait was asked for. */
const MAX_WAIT_MS = 20_000;

/** What a session wants next, at once or as soon as it moves. */
export function waiting({ client, reader, watch }: SessionsDeps): Waiting {
  const nextOf = async (sessionId: string, { status }: Standing): Promise<Next> =>
    status === 'active' ? whenReachable(client, () => client.nextCommand(sessionId)) : { kind: 'done', status };
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
