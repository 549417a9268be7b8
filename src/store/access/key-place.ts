import type { Scope } from '../../domain/scope.js';
import type { Pool } from '../pool.js';
import { type Statement, withScope } from '../with-scope.js';

const PLACE: Statement = {
  name: 'place_of_key',
  text: `SELECT account_id AS "accountId", project_id AS "projectId", key_id AS "keyId" FROM api_key_index WHERE key_hash = $1`,
};

interface Place {
  readonly accountId: string;
  readonly projectId: string;
  readonly keyId: string;
}

const NIL = '00000000-0000-0000-0000-000000000000';

/** A scope in which no user acts yet; row level security looks at account and project only. */
export const nobody = (accountId: string, projectId: string): Scope => ({ accountId, projectId, userId: NIL });

/** Whose key a hash is; the index is outside row level security and holds ids only. */
export async function placeOf(pool: Pool, hash: string): Promise<Place | null> {
  const rows = await withScope(pool, nobody(NIL, NIL), (tx) => tx.queryAndCommit<Place>(PLACE, [hash]));
  return rows[0] ?? null;
}
