import type { Pool } from '../pool.js';
import { NIL, nobody, type Statement, withScope } from '../with-scope.js';

const PLACES: Statement = {
  name: 'places_of_keys',
  text: `SELECT key_hash AS hash, account_id AS "accountId", project_id AS "projectId", key_id AS "keyId"
         FROM api_key_index WHERE key_hash = ANY ($1)`,
};

export interface Place {
  readonly hash: string;
  readonly accountId: string;
  readonly projectId: string;
  readonly keyId: string;
}

/** Whose keys the hashes are; the index is outside row level security and holds ids only. */
export async function placesOf(pool: Pool, hashes: readonly string[]): Promise<readonly Place[]> {
  return withScope(pool, nobody(NIL, NIL), (tx) => tx.queryAndCommit<Place>(PLACES, [hashes]));
}
