import { RefusedError } from '../client.js';
import { isKey, keyPrefix, mayAct, type Role } from '../domain/access.js';
import { sha256Hex } from '../domain/digest.js';
import { isUuid } from '../domain/names.js';
import type { Scope } from '../domain/scope.js';
import type { AccessStore, Caller, KeySummary, Member } from '../ports/access-store.js';
import { notFound } from './not-found.js';

export type { Caller, KeySummary, Member };

/** A key with its secret, which is shown this once. */
export interface CreatedKey extends KeySummary {
  readonly key: string;
}

export interface KeyRequest {
  readonly name: string;
  readonly role: Role;
  /** ISO 8601. */
  readonly expiresAt?: string;
}

/** Who may do what: keys, and members of the scope's project. */
export interface Access {
  /** Null for a key that stands for nobody: malformed, unknown, expired or revoked, told apart for nobody. */
  authenticate(key: string): Promise<Caller | null>;
  /** Those of the keys that still stand for somebody, in one look however many there are. */
  stillValid(keys: readonly string[]): Promise<ReadonlySet<string>>;
  createKey(by: Caller, request: KeyRequest): Promise<CreatedKey>;
  listKeys(scope: Scope): Promise<readonly KeySummary[]>;
  /** A new secret for the same key; the old one ends at once. */
  rotateKey(scope: Scope, keyId: string): Promise<CreatedKey>;
  revokeKey(scope: Scope, keyId: string): Promise<void>;
  listMembers(scope: Scope): Promise<readonly Member[]>;
  putMember(scope: Scope, member: Member): Promise<Member>;
  removeMember(scope: Scope, userId: string): Promise<void>;
}

export interface AccessDeps {
  readonly store: AccessStore;
  readonly newId: () => string;
  /** `sw_` and 256 random bits in base64url. */
  readonly newKey: () => string;
}

export function createAccess({ store, newId, newKey }: AccessDeps): Access {
  const secret = () => {
    const key = newKey();
    return { key, hash: sha256Hex(key), prefix: keyPrefix(key) };
  };
  return {
    authenticate: async (key) => (isKey(key) ? store.callerOf(sha256Hex(key)) : null),
    async stillValid(keys) {
      const hashes = new Map(keys.filter(isKey).map((key) => [key, sha256Hex(key)]));
      const callers = await store.callersOf([...hashes.values()]);
      return new Set([...hashes].filter(([, hash]) => callers.has(hash)).map(([key]) => key));
    },
    async createKey({ scope, role }, request) {
      // Nobody gives away more than he has.
      if (!mayAct(role, request.role)) throw forbidden(`a ${role} cannot make a key for a ${request.role}`);
      const keyId = newId();
      const { key, hash, prefix } = secret();
      const { name, expiresAt = null } = request;
      await store.createKey(scope, { keyId, name, role: request.role, prefix, hash, expiresAt });
      const made = (await store.listKeys(scope)).find((one) => one.keyId === keyId);
      if (made === undefined) throw notFound('key');
      return { ...made, key };
    },
    listKeys: (scope) => store.listKeys(scope),
    async rotateKey(scope, keyId) {
      const { key, hash, prefix } = secret();
      const rotated = isUuid(keyId) ? await store.rotateKey(scope, keyId, { hash, prefix }) : null;
      if (rotated === null) throw notFound('key');
      return { ...rotated, key };
    },
    async revokeKey(scope, keyId) {
      if (!isUuid(keyId) || !(await store.revokeKey(scope, keyId))) throw notFound('key');
    },
    listMembers: (scope) => store.listMembers(scope),
    async putMember(scope, member) {
      await store.putMember(scope, member);
      return member;
    },
    async removeMember(scope, userId) {
      if (!isUuid(userId) || !(await store.removeMember(scope, userId))) throw notFound('member');
    },
  };
}

export function forbidden(message: string): RefusedError {
  return new RefusedError({ code: 'forbidden', message, fix: 'use a key with a higher role' });
}
