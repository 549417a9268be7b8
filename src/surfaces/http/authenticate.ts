import type { IncomingHttpHeaders } from 'node:http';
import { createHash } from 'node:crypto';
import type { Access, Caller } from '../../api/access.js';

/** A revoked key works this much longer at most. */
const FRESH_MS = 1_000;
const MAX_KEPT = 10_000;

interface Kept {
  readonly caller: Promise<Caller | null>;
  readonly at: number;
}

/** Tells who a request's key stands for; asked at most once a second per key. */
export function createAuthenticator(access: Pick<Access, 'authenticate'>) {
  const kept = new Map<string, Kept>();
  return async (headers: IncomingHttpHeaders): Promise<Caller | null> => {
    const key = bearerOf(headers.authorization);
    if (key === null) return null;
    // Keys themselves are not kept in memory.
    const id = createHash('sha256').update(key).digest('base64');
    const known = kept.get(id);
    const now = performance.now();
    if (known && now - known.at < FRESH_MS) return known.caller;
    const caller = access.authenticate(key);
    if (kept.size >= MAX_KEPT) kept.clear();
    kept.set(id, { caller, at: now });
    // An outage is no answer.
    caller.catch(() => kept.delete(id));
    return caller;
  };
}

/** The key of an Authorization header, or null. */
export function bearerOf(header: string | undefined): string | null {
  return /^Bearer ([\x21-\x7e]{1,200})$/i.exec(header ?? '')?.[1] ?? null;
}
