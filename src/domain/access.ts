/** What a member or a key may do; each includes what stands before it. */
export const ROLES = ['viewer', 'developer', 'admin'] as const;
export type Role = (typeof ROLES)[number];

export function mayAct(role: Role, needed: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(needed);
}

/** `sw_` and 256 random bits in base64url. */
const KEY = /^sw_[A-Za-z0-9_-]{43}$/;
const SHOWN_PREFIX = 9;

export const isKey = (text: string): boolean => KEY.test(text);
/** By which people know a key again; far too little to guess the rest from. */
export const keyPrefix = (key: string): string => key.slice(0, SHOWN_PREFIX);
