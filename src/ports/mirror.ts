import type { Failure } from '../domain/failures.js';
import type { MirrorState, Standing } from '../domain/reconcile.js';
import type { Scope } from '../domain/scope.js';
import type { ClosedStatus } from '../domain/session.js';

export interface SessionPlace {
  readonly sessionId: string;
  readonly accountId: string;
  readonly projectId: string;
  /** The Temporal namespace and Task Queue it began on; null under an earlier release. */
  readonly home: string | null;
}

/** A session's row as it is compared, with the revision it was seen at. */
export interface MirrorRow extends MirrorState {
  readonly scope: Scope;
  readonly sessionId: string;
  readonly revision: number;
}

/**
 * The read model as the reconciler sees it: across accounts by ids only, then each row in its own scope. Every write is one
 * transaction with the row locked, and nothing is written when the row is not at the revision that was seen.
 */
export interface Mirror {
  /** Open sessions of one home in the order of their ids. */
  openPlaces(home: string, afterId: string, limit: number): Promise<readonly SessionPlace[]>;
  places(sessionIds: readonly string[]): Promise<readonly SessionPlace[]>;
  rows(places: readonly SessionPlace[], home: string): Promise<readonly MirrorRow[]>;
  close(row: MirrorRow, end: { status: ClosedStatus; failure: Failure | null; runId: string | null }): Promise<void>;
  /** The row is active, and where its workflow stands; null: where it stands is not known yet. */
  follow(row: MirrorRow, standing: Standing | null): Promise<void>;
}
