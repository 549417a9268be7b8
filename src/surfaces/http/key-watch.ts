import type { Access } from '../../api/access.js';
import { bearerOf } from './authenticate.js';

const CHECK_MS = 2_000;

/** Tells long answers when their key is no longer valid: one look a round, however many keys and answers there are. */
export function createKeyWatch(access: Pick<Access, 'stillValid'>) {
  const watched = new Map<string, Set<AbortController>>();
  let timer: NodeJS.Timeout | null = null;
  const look = async (): Promise<void> => {
    const keys = [...watched.keys()];
    // An outage says nothing about a key.
    const valid = await access.stillValid(keys).catch(() => new Set(keys));
    for (const key of keys) {
      if (!valid.has(key)) for (const controller of watched.get(key) ?? []) controller.abort();
    }
    timer = watched.size > 0 ? setTimeout(() => void look(), CHECK_MS).unref() : null;
  };
  return (authorization: string): { readonly signal: AbortSignal; release(): void } => {
    const controller = new AbortController();
    const key = bearerOf(authorization) ?? '';
    const same = watched.get(key) ?? new Set();
    watched.set(key, same.add(controller));
    timer ??= setTimeout(() => void look(), CHECK_MS).unref();
    return {
      signal: controller.signal,
      release() {
        same.delete(controller);
        if (same.size === 0 && watched.get(key) === same) watched.delete(key);
      },
    };
  };
}
