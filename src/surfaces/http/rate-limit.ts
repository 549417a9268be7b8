export interface RateLimit {
  readonly perSecond: number;
  readonly burst: number;
}

interface Bucket {
  tokens: number;
  at: number;
}

const MAX_KEPT = 10_000;

/** A token bucket per name; gives 0, or the seconds after which the next request is taken. */
export function createRateLimiter({ perSecond, burst }: RateLimit, now: () => number = () => performance.now()) {
  const buckets = new Map<string, Bucket>();
  return (name: string): number => {
    const at = now();
    const before = buckets.get(name) ?? { tokens: burst, at };
    const tokens = Math.min(burst, before.tokens + ((at - before.at) / 1000) * perSecond);
    // Without the oldest: it is the likeliest to be full again.
    if (!buckets.has(name) && buckets.size >= MAX_KEPT) buckets.delete(buckets.keys().next().value!);
    buckets.delete(name);
    buckets.set(name, { tokens: tokens < 1 ? tokens : tokens - 1, at });
    return tokens < 1 ? Math.ceil((1 - tokens) / perSecond) : 0;
  };
}
