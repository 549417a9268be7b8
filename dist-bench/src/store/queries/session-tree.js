import { withScope } from '../with-scope.js';
import { SESSION_COLUMNS, toSummary } from './session-row.js';
const TREE = {
    name: 'session_tree',
    text: `
WITH RECURSIVE tree AS (
  SELECT session_id, 0 AS depth FROM sessions WHERE account_id = $1 AND project_id = $2 AND session_id = $3
  UNION ALL
  SELECT c.session_id, tree.depth + 1 FROM tree
  JOIN sessions c ON c.account_id = $1 AND c.project_id = $2 AND c.parent_session_id = tree.session_id
  WHERE tree.depth < 8
)
SELECT ${SESSION_COLUMNS} FROM tree JOIN sessions s ON s.account_id = $1 AND s.project_id = $2 AND s.session_id = tree.session_id
ORDER BY tree.depth, s.component COLLATE "C", s.attempt, s.session_id`,
};
export async function sessionTree(pool, scope, sessionId) {
    const values = [scope.accountId, scope.projectId, sessionId];
    const rows = await withScope(pool, scope, (tx) => tx.queryAndCommit(TREE, values));
    return rows.map(toSummary);
}
