import type { Role } from '../domain/access.js';
import type { Scope } from '../domain/scope.js';

/** Who a key stands for. The scope is made from it and from nothing else. */
export interface Caller {
  readonly scope: Scope;
  /** The lesser of the key's and its user's role. */
  readonly role: Role;
  readonly keyId: string;
}

export interface KeySummary {
  readonly keyId: string;
  readonly userId: string;
  readonly name: string;
  readonly role: Role;
  /** The first characters of the key, by which people know it again. */
  readonly prefix: string;
  readonly createdAt: string;
  readonly expiresAt: string | null;
  readonly revokedAt: string | null;
}

export interface NewKey {
  readonly keyId: string;
  readonly name: string;
  readonly role: Role;
  readonly prefix: string;
  readonly hash: string;
  /** ISO 8601; null: until it is revoked. */
  readonly expiresAt: string | null;
}

export interface Member {
  readonly userId: string;
  readonly name: string;
  readonly role: Role;
}

export interface AccessStore {
  /** Null for a key that is unknown, revoked or expired, or whose user is no member any more. */
  callerOf(hash: string): Promise<Caller | null>;
  /** Of several keys in one look, by hash; without those that stand for nobody. */
  callersOf(hashes: readonly string[]): Promise<ReadonlyMap<string, Caller>>;
  /** For the scope's own user. */
  createKey(scope: Scope, key: NewKey): Promise<void>;
  listKeys(scope: Scope): Promise<readonly KeySummary[]>;
  /** The old secret ends with the transaction that brings the new one; null when there is no such live key. */
  rotateKey(scope: Scope, keyId: string, by: Pick<NewKey, 'hash' | 'prefix'>): Promise<KeySummary | null>;
  /** False when there is no such key. */
  revokeKey(scope: Scope, keyId: string): Promise<boolean>;
  listMembers(scope: Scope): Promise<readonly Member[]>;
  putMember(scope: Scope, member: Member): Promise<void>;
  /** Ends the member's keys too. False when there is no such member. */
  removeMember(scope: Scope, userId: string): Promise<boolean>;
}
