import type { IncomingHttpHeaders } from 'node:http';
import type { Caller } from '../../api/access.js';

const CHECK_MS = 2_000;

type Authenticate = (headers: IncomingHttpHeaders) => Promise<Caller | null>;

/** Tells long answers when their key is no longer valid: one look per key and round, however many answers it has. */
export function createKeyWatch(authenticate: Authenticate) {
  const watched = new Map<string, Set<AbortController>>();
  let timer: NodeJS.Timeout | null = null;
  const look = async (): Promise<void> => {
    for (const [authorization, controllers] of watched) {
      // An outage says nothing about the key.
      const stands = await authenticate({ authorization })
        .then((caller) => caller !== null)
        .catch(() => true);
      if (!stands) for (const controller of controllers) controller.abort();
    }
    timer = watched.size > 0 ? setTimeout(() => void look(), CHECK_MS).unref() : null;
  };
  return (authorization: string): { readonly signal: AbortSignal; release(): void } => {
    const controller = new AbortController();
    const same = watched.get(authorization) ?? new Set();
    watched.set(authorization, same.add(controller));
    timer ??= setTimeout(() => void look(), CHECK_MS).unref();
    return {
      signal: controller.signal,
      release() {
        same.delete(controller);
        if (same.size === 0 && watched.get(authorization) === same) watched.delete(authorization);
      },
    };
  };
}
