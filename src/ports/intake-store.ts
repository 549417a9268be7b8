import type { Rejected } from '../domain/inbox.js';
import type { OutputRef } from '../domain/result.js';
import type { Scope } from '../domain/scope.js';

/** A result that was refused and is kept all the same. */
export interface RejectedResult extends Rejected {
  readonly receivedAt: string;
}

/** An output that a client sends in pieces before the report that refers to it. */
export interface Upload {
  readonly outputId: string;
  readonly name: string;
  /** What was announced; the finished bytes have to agree. */
  readonly sha256: string;
  readonly bytes: number;
  /** Bytes that are stored; the next piece begins here. */
  readonly stored: number;
  readonly isFinished: boolean;
}

export type Appended =
  | { readonly kind: 'stored'; readonly upload: Upload }
  /** The piece does not begin where the stored bytes end. */
  | { readonly kind: 'gap'; readonly upload: Upload }
  | { readonly kind: 'unknown' };

export type Finished =
  | { readonly kind: 'finished'; readonly ref: OutputRef }
  | { readonly kind: 'mismatch'; readonly upload: Upload; readonly sha256: string }
  | { readonly kind: 'unknown' };

/** What clients send in besides what Temporal carries. */
export interface IntakeStore {
  /** Kept once, however often it comes. */
  keepRejected(scope: Scope, sessionId: string, rejected: Rejected): Promise<void>;
  listRejected(scope: Scope, sessionId: string): Promise<readonly RejectedResult[]>;
  /** The session that the key stands for: `sessionId` at the first time; null when the key stood for another request. */
  claimKey(scope: Scope, key: string, requestDigest: string, sessionId: string): Promise<string | null>;
  /** Whether the key stands for a request, whichever. */
  hasKey(scope: Scope, key: string): Promise<boolean>;
  /** Announcing the same output of a command again resumes it. */
  announce(
    scope: Scope,
    sessionId: string,
    commandId: string,
    output: { readonly name: string; readonly sha256: string; readonly bytes: number },
  ): Promise<Upload | null>;
  upload(scope: Scope, outputId: string): Promise<Upload | null>;
  /** A piece is at most 256 KiB; one that is stored already is no error. */
  append(scope: Scope, outputId: string, offset: number, bytes: Uint8Array): Promise<Appended>;
  finish(scope: Scope, outputId: string): Promise<Finished>;
}
