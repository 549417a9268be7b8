import type { Scope } from '../domain/scope.js';
import type { SessionPlace } from './mirror.js';

/** Who works on an open command. The number grows with every holder, so that a late report of an earlier one is told apart. */
export interface Lease {
  readonly commandId: string;
  readonly number: number;
  /** What the holder calls itself, for people. */
  readonly owner: string;
  readonly expiresAt: string;
}

export type Taken =
  | { readonly kind: 'taken'; readonly lease: Lease }
  /** Somebody else holds it. */
  | { readonly kind: 'held'; readonly lease: Lease }
  /** The command is not open (any more). */
  | { readonly kind: 'gone' };

export interface LeaseStore {
  /**
   * Gives the open command to an owner for `ttlMs`. Taken again by the same owner it is renewed with its number; after it
   * expired anybody gets it, with a new number, and an event says that the holder before was silent.
   */
  take(scope: Scope, sessionId: string, commandId: string, owner: string, ttlMs: number): Promise<Taken>;
  /** Null when the number is not the current one, or the lease expired. */
  renew(scope: Scope, sessionId: string, commandId: string, number: number, ttlMs: number): Promise<Lease | null>;
  /** Ends a lease at once, so that the next holder need not wait. */
  release(scope: Scope, sessionId: string, commandId: string, number: number): Promise<boolean>;
}

/** What a look at a session's lease found: `reminded`, its holder is late to renew it; `gone`, it ran out. Null: nothing new. */
export type Noticed = 'reminded' | 'gone' | null;

/** Over the leases of every account. */
export interface LeaseWatch {
  /** Sessions whose lease is to be looked at by now. */
  due(limit: number): Promise<readonly SessionPlace[]>;
  /**
   * Tells a late holder once (event `lease_expiring`), and everybody once that a holder is silent (`lease_expired`, with the
   * failure `client_gone`). The command stays open, for anybody to take; no attempt is spent.
   */
  look(place: SessionPlace): Promise<Noticed>;
}
