import { isAddressable, withScope } from '../with-scope.js';
const LOAD = {
    name: 'load_command',
    text: `
SELECT i.command, s.executor_queue AS "executorQueue"
FROM interactions i JOIN sessions s USING (account_id, project_id, session_id)
WHERE i.account_id = $1 AND i.project_id = $2 AND i.session_id = $3 AND i.command_id = $4 AND i.command IS NOT NULL`,
};
export async function loadCommand(pool, scope, sessionId, commandId) {
    if (!isAddressable(scope, sessionId))
        return null;
    const values = [scope.accountId, scope.projectId, sessionId, commandId];
    return withScope(pool, scope, async (tx) => (await tx.queryAndCommit(LOAD, values))[0] ?? null);
}
