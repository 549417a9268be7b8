import type { ChildAttempt } from '../../domain/children.js';
import type { Scope } from '../../domain/scope.js';
import { cleaned } from '../clean-text.js';
import type { Pool } from '../pool.js';
import { isAddressable, type Statement, withScope } from '../with-scope.js';

// The workflow knows the beginning of a failure that judging wrote whole.
const IS_ITS_BEGINNING = `coalesce(c.failure ->> 'kind' = excluded.failure ->> 'kind'
      AND starts_with(c.failure ->> 'message', excluded.failure ->> 'message'), false)`;

// What the child wrote itself when it closed is not undone by a parent that has not heard of it yet.
const RECORD: Statement = {
  name: 'record_child',
  text: `
WITH changed AS (
  INSERT INTO session_children AS c (account_id, project_id, parent_session_id, component, attempt, child_session_id,
    status, branch, commit_sha, merged_as, failure, fix_rounds)
  SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12
  WHERE EXISTS (SELECT FROM sessions WHERE account_id = $1 AND project_id = $2 AND session_id = $3)
    AND EXISTS (SELECT FROM sessions WHERE account_id = $1 AND project_id = $2 AND session_id = $6)
  ON CONFLICT (account_id, project_id, parent_session_id, component, attempt) DO UPDATE SET
    status = CASE WHEN c.status IN ('planned', 'active') OR excluded.status NOT IN ('planned', 'active')
                  THEN excluded.status ELSE c.status END,
    branch = coalesce(excluded.branch, c.branch),
    commit_sha = coalesce(excluded.commit_sha, c.commit_sha),
    merged_as = excluded.merged_as,
    failure = CASE WHEN ${IS_ITS_BEGINNING} THEN c.failure ELSE excluded.failure END,
    fix_rounds = greatest(excluded.fix_rounds, c.fix_rounds)
  WHERE (c.merged_as, c.failure, c.branch, c.commit_sha) IS DISTINCT FROM
      (excluded.merged_as, CASE WHEN ${IS_ITS_BEGINNING} THEN c.failure ELSE excluded.failure END, coalesce(excluded.branch, c.branch), coalesce(excluded.commit_sha, c.commit_sha))
    OR c.fix_rounds < excluded.fix_rounds
    OR (c.status <> excluded.status AND (c.status IN ('planned', 'active') OR excluded.status NOT IN ('planned', 'active')))
  RETURNING component, attempt, child_session_id, status, merged_as, failure ->> 'kind' AS failure
), revised AS (
  UPDATE sessions SET revision = revision + 1
  WHERE account_id = $1 AND project_id = $2 AND session_id = $3 AND EXISTS (SELECT FROM changed)
  RETURNING revision
)
INSERT INTO session_events (account_id, project_id, session_id, revision, type, data)
SELECT $1, $2, $3, revision, 'child_changed', jsonb_build_object('component', component, 'attempt', attempt,
  'sessionId', child_session_id, 'status', status, 'mergedAs', merged_as, 'failure', failure)
FROM revised, changed`,
};

/** See {@link ProgressStore.recordChild}. */
export async function recordChild(pool: Pool, scope: Scope, parentId: string, child: ChildAttempt): Promise<void> {
  if (!isAddressable(scope, parentId)) return;
  const values = [
    scope.accountId,
    scope.projectId,
    parentId,
    child.component,
    child.attempt,
    child.sessionId,
    child.status,
    child.branch,
    child.commit,
    child.mergedAs,
    child.failure && JSON.stringify(cleaned(child.failure)),
    child.fixRounds,
  ];
  await withScope(pool, scope, (tx) => tx.queryAndCommit(RECORD, values), { lockSession: parentId });
}
