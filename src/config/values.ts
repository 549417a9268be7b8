import ipaddr from 'ipaddr.js';
import { z } from 'zod';

// How a variable's value is read; a message is the end of a sentence that begins with the variable's name.

export const text = z.string().refine((value) => !/\p{Cc}/u.test(value), 'holds a control character');
export const address = text.regex(/^[^\s:/@]+:\d{1,5}$/, 'is not host:port');
export const postgresUrl = text.refine(isPostgresUrl, 'is not a postgres:// URL with a host and a database');
export const httpUrl = text.refine(isHttpUrl, 'is not an http(s) address without a password');
export const apiKey = text.regex(/^sw_[A-Za-z0-9_-]{43}$/, 'is not an API key');
export const token = text.regex(/^[\x21-\x7e]+$/, 'holds a blank or a character no token has');
export const queue = text.regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/, 'is not a Task Queue name');
export const argv = text.transform(parseArgv).refine((value) => value !== null, 'is not a JSON array of texts');
export const origins = text
  .transform((value) => value.split(',').map((one) => originOf(one.trim())))
  .refine((all) => all.every((origin) => origin !== null), 'is not a list of http(s) addresses')
  .transform((all) => all.filter((origin) => origin !== null));
export const hostsAndRanges = text
  .transform((value) => value.split(',').map((one) => one.trim()))
  .refine((all) => all.every(isHostOrRange), 'is not a list of host names, addresses and CIDR ranges');
export const port: z.ZodType<number> = text
  .regex(/^\d{1,5}$/, 'is not a port')
  .transform(Number)
  .refine((value) => value <= 65_535, 'is not a port');
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}
/** `127.0.0.1:9464`, `localhost:9464` or `[::1]:9464`. */
export const listenAddress: z.ZodType<ListenAddress> = text
  .regex(/^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+):\d{1,5}$/, 'is not host:port')
  .transform((value) => {
    const at = value.lastIndexOf(':');
    return { host: value.slice(0, at).replace(/^\[|\]$/g, ''), port: Number(value.slice(at + 1)) };
  })
  .refine((value) => value.port <= 65_535, 'is not host:port');
export const milliseconds = (min: number, max: number): z.ZodType<number> =>
  text
    .regex(/^\d{1,9}$/, 'is not a whole number of milliseconds')
    .transform(Number)
    .refine((value) => value >= min && value <= max, `is not between ${min} and ${max}`);

function isPostgresUrl(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const url = new URL(value);
  return ['postgres:', 'postgresql:'].includes(url.protocol) && url.hostname !== '' && url.pathname.length > 1;
}

function isHttpUrl(value: string): boolean {
  return originOf(value) !== null;
}

function isHostOrRange(entry: string): boolean {
  const isName = /^(?=.{1,253}$)[a-z0-9_-]+(\.[a-z0-9_-]+)*$/i.test(entry) && !/^[\d.]+$/.test(entry);
  return isName || ipaddr.isValidCIDR(entry) || ipaddr.IPv4.isValidFourPartDecimal(entry) || ipaddr.IPv6.isValid(entry);
}

function parseArgv(value: string): readonly string[] | null {
  try {
    const parsed = z.array(z.string()).min(1).safeParse(JSON.parse(value));
    return parsed.success && parsed.data[0] !== '' ? parsed.data : null;
  } catch {
    return null;
  }
}

/** Scheme, host and port: what decides who gets a token. */
function originOf(address: string): string | null {
  if (!URL.canParse(address)) return null;
  const { protocol, origin, username, password } = new URL(address);
  return ['https:', 'http:'].includes(protocol) && username === '' && password === '' ? origin : null;
}
export const trueOrFalse = text
  .refine((value) => ['true', 'false', '1', '0'].includes(value.toLowerCase()), 'is neither true nor false')
  .transform((value) => ['true', '1'].includes(value.toLowerCase()));
export const variableNames = text
  .transform((value) => value.split(',').map((name) => name.trim()))
  .refine((names) => names.every((name) => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name)), 'is not a list of names');
