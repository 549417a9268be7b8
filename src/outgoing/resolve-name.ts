import type { LookupAddress } from 'node:dns';
import { lookup, Resolver } from 'node:dns/promises';

export interface Resolving {
  /** In place of the system's; `host:port`. */
  readonly nameservers?: readonly string[];
}

const TRIES = { timeout: 2_000, tries: 2 };
/** DNS does not know the name, or there is none: the system's own list may know it, and says so at once. */
const UNKNOWN = ['ENOTFOUND', 'ENODATA', 'ECONNREFUSED'];

/** RFC 6761. */
const LOOPBACK: readonly LookupAddress[] = [
  { address: '127.0.0.1', family: 4 },
  { address: '::1', family: 6 },
];

/**
 * Addresses of a name. The system's resolver waits in one of few threads that a process has for everything, so a silent
 * nameserver of one receiver would hold up the others; DNS is asked without them.
 */
export async function resolveName(name: string, { nameservers }: Resolving = {}): Promise<readonly LookupAddress[]> {
  if (/(?:^|\.)localhost$/i.test(name)) return LOOPBACK;
  // A name of its own network, which is in no public DNS.
  if (!name.includes('.')) return lookup(name, { all: true });
  const resolver = new Resolver(TRIES);
  if (nameservers) resolver.setServers(nameservers);
  const asked = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)]);
  const found = asked.flatMap((answer, at) =>
    answer.status === 'fulfilled' ? answer.value.map((address) => ({ address, family: at === 0 ? 4 : 6 })) : [],
  );
  if (found.length > 0) return found;
  const failed = asked.flatMap((answer) =>
    answer.status === 'rejected' ? [answer.reason as NodeJS.ErrnoException] : [],
  );
  const fault = failed.find(({ code }) => !UNKNOWN.includes(code ?? ''));
  if (fault) throw fault;
  return lookup(name, { all: true });
}
