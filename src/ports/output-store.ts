import type { OutputRef } from '../domain/result.js';
import type { Scope } from '../domain/scope.js';

/** Bytes of one output while they arrive; kept exactly. */
export interface OutputWriter {
  write(chunk: Uint8Array): Promise<void>;
  /** Ends the output and returns its hash and size. */
  finish(): Promise<OutputRef>;
}

export interface OutputStore {
  /** A new output of an interaction. Chunks are at most 256 KiB in the database; the writer splits larger ones. */
  open(scope: Scope, sessionId: string, commandId: string, name: string): Promise<OutputWriter>;
  /** All bytes of an output, or null when it does not exist in this scope. */
  read(scope: Scope, id: string): Promise<Uint8Array | null>;
}
