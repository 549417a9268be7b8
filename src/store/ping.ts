import type { Pool } from './pool.js';
import { withScope } from './with-scope.js';

const NIL = '00000000-0000-0000-0000-000000000000';
const NOBODY = { accountId: NIL, projectId: NIL, userId: NIL };

/** Throws when Postgres does not answer. */
export async function ping(pool: Pool): Promise<void> {
  await withScope(pool, NOBODY, (tx) => tx.queryAndCommit({ name: 'ping', text: 'SELECT 1' }, []));
}
