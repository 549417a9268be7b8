import { withScope } from '../with-scope.js';
import { iso } from './session-row.js';
const MAX_EVENTS = 1000;
const EVENTS = {
    name: 'session_events',
    text: `
SELECT revision, ${iso('at')} AS at, type, data FROM session_events
WHERE account_id = $1 AND project_id = $2 AND session_id = $3 AND revision > $4
ORDER BY revision LIMIT $5`,
};
export async function sessionEvents(pool, scope, sessionId, afterRevision, limit) {
    const bounded = Math.min(Math.max(1, Math.trunc(limit) || 1), MAX_EVENTS);
    const values = [scope.accountId, scope.projectId, sessionId, afterRevision, bounded];
    return withScope(pool, scope, (tx) => tx.queryAndCommit(EVENTS, values));
}
