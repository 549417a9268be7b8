import type { ComparedRow } from '../domain/mirror-difference.js';
import type { Scope } from '../domain/scope.js';

/** Rows of a project to be compared with Temporal, in the order of their ids. */
export interface MirrorReader {
  page(scope: Scope, afterId: string, limit: number): Promise<readonly ComparedRow[]>;
  /** Null when there is no such session in this scope. */
  row(scope: Scope, sessionId: string): Promise<ComparedRow | null>;
}
