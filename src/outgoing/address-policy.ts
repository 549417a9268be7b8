import type { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { isIP, type LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';
import { resolveName, type Resolving } from './resolve-name.js';

/** Thrown into a connection that would leave the public Internet. */
export class AddressRefused extends Error {
  override readonly name = 'AddressRefused';
  readonly code = 'ADDRESS_REFUSED';
}

export interface AddressPolicy {
  /** Why nothing is sent to this URL whatever its host resolves to, as the end of a sentence; null when it can be tried. */
  urlFault(url: string): string | null;
  /** Of an address as a URL has it; names are looked at when they are resolved. */
  refusesHost(hostname: string): boolean;
  /** Resolves a name for one connection. All addresses have to be allowed, and only what was looked at is connected to. */
  readonly lookup: LookupFunction;
}

/** Everything that the Internet routes today; what is not in it is somebody's own network, or nobody's. */
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR('2000::/3');

/** `allow`: host names, addresses and CIDR ranges of the operator's own that may be sent to all the same, also without TLS. */
export function createAddressPolicy(allow: readonly string[], resolving: Resolving = {}): AddressPolicy {
  const names = new Set(allow.filter((entry) => !isRange(entry)).map((entry) => entry.toLowerCase()));
  const ranges = allow.filter(isRange).map(toRange);
  const isListed = (address: string): boolean => {
    const parsed = ipaddr.process(address);
    return ranges.some(([base, bits]) => base.kind() === parsed.kind() && parsed.match(base, bits));
  };
  const isAllowed = (address: string): boolean => isPublic(address) || isListed(address);
  const isNamed = (hostname: string): boolean =>
    isIP(hostname) === 0 ? names.has(hostname.toLowerCase()) : isListed(hostname);
  return {
    urlFault: (text) => urlFault(text, isNamed, isAllowed),
    refusesHost: (hostname) => isIP(bare(hostname)) !== 0 && !isAllowed(bare(hostname)),
    lookup: (hostname, options, callback) => {
      const resolve = async (): Promise<readonly [LookupAddress, ...LookupAddress[]]> => {
        if (names.has(hostname.toLowerCase())) return some(await lookup(hostname, { all: true }));
        const addresses = await resolveName(hostname, resolving);
        if (addresses.every(({ address }) => isAllowed(address))) return some(addresses);
        throw new AddressRefused('not a public address');
      };
      resolve().then(
        (addresses) =>
          options.all ? callback(null, [...addresses]) : callback(null, addresses[0].address, addresses[0].family),
        (error: NodeJS.ErrnoException) => callback(error, '', 0),
      );
    },
  };
}

function some([first, ...rest]: readonly LookupAddress[]): readonly [LookupAddress, ...LookupAddress[]] {
  if (first === undefined) throw new AddressRefused('no address');
  return [first, ...rest];
}

/** Whether an address is on the public Internet. Mapped IPv4 is looked at as what it is. */
function isPublic(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  if (parsed.range() !== 'unicast') return false;
  return parsed.kind() === 'ipv4' || parsed.match(GLOBAL_UNICAST);
}

function urlFault(
  text: string,
  isNamed: (hostname: string) => boolean,
  isAllowed: (address: string) => boolean,
): string | null {
  if (!URL.canParse(text)) return 'is not a URL';
  const { protocol, hostname, username, password, hash } = new URL(text);
  const host = bare(hostname);
  if (protocol !== 'https:' && protocol !== 'http:') return 'is not an https address';
  if (username !== '' || password !== '') return 'holds a user name or a password';
  if (hash !== '') return 'has a fragment, which nobody would be sent';
  if (isIP(host) !== 0 && !isAllowed(host)) return 'is not a public address';
  return protocol === 'http:' && !isNamed(host) ? 'is not an https address' : null;
}

/** URLs have IPv6 addresses in brackets. */
const bare = (hostname: string): string => hostname.replace(/^\[|\]$/g, '');

const isRange = (entry: string): boolean => ipaddr.isValid(entry) || ipaddr.isValidCIDR(entry);

function toRange(entry: string): [ipaddr.IPv4 | ipaddr.IPv6, number] {
  if (ipaddr.isValidCIDR(entry)) return ipaddr.parseCIDR(entry);
  const address = ipaddr.process(entry);
  return [address, address.kind() === 'ipv4' ? 32 : 128];
}
