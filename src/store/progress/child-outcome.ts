import type { Scope } from '../../domain/scope.js';
import type { ChildOutcome } from '../../ports/progress-store.js';
import type { Pool } from '../pool.js';
import { isAddressable, type Statement, withScope } from '../with-scope.js';
import { BEGINS_FIX_ROUND } from './fix-rounds.js';

const OUTCOME: Statement = {
  name: 'child_outcome',
  text: `
SELECT s.status, s.branch, s.commit_sha AS commit, s.failure,
  (SELECT count(*)::integer FROM interactions
   WHERE account_id = $1 AND project_id = $2 AND session_id = $3 AND ${BEGINS_FIX_ROUND}) AS "fixRounds"
FROM sessions s WHERE s.account_id = $1 AND s.project_id = $2 AND s.session_id = $3`,
};

const UNKNOWN: ChildOutcome = {
  status: 'failed',
  branch: null,
  commit: null,
  failure: { kind: 'internal', message: 'The child session has no row in this scope.' },
  fixRounds: 0,
};

/** How far a child came, by its own row; a child nobody knows has failed. */
export async function childOutcome(pool: Pool, scope: Scope, sessionId: string): Promise<ChildOutcome> {
  if (!isAddressable(scope, sessionId)) return UNKNOWN;
  const values = [scope.accountId, scope.projectId, sessionId];
  return withScope(pool, scope, async (tx) => (await tx.queryAndCommit<ChildOutcome>(OUTCOME, values))[0] ?? UNKNOWN);
}
