import { isAddressable, withScope } from '../with-scope.js';
const OUTCOME = {
    name: 'child_outcome',
    text: `
SELECT s.status, s.branch, s.commit_sha AS commit, s.failure,
  (SELECT count(*)::integer FROM interactions i
   WHERE i.account_id = $1 AND i.project_id = $2 AND i.session_id = $3
     AND i.step LIKE 'Fix%' AND i.status IN ('ok', 'warning', 'error')) AS "fixRounds"
FROM sessions s WHERE s.account_id = $1 AND s.project_id = $2 AND s.session_id = $3`,
};
const UNKNOWN = {
    status: 'failed',
    branch: null,
    commit: null,
    failure: { kind: 'internal', message: 'The child session has no row in this scope.' },
    fixRounds: 0,
};
/** How far a child came, by its own row; a child nobody knows has failed. */
export async function childOutcome(pool, scope, sessionId) {
    if (!isAddressable(scope, sessionId))
        return UNKNOWN;
    const values = [scope.accountId, scope.projectId, sessionId];
    return withScope(pool, scope, async (tx) => (await tx.queryAndCommit(OUTCOME, values))[0] ?? UNKNOWN);
}
