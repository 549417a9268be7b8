import type { ComparedRow } from '../../domain/mirror-difference.js';
import type { Scope } from '../../domain/scope.js';
import type { Pool } from '../pool.js';
import { type Statement, withScope } from '../with-scope.js';

const COMPARED: Statement = {
  name: 'compared_rows',
  text: `
SELECT s.session_id AS "sessionId", s.status, s.step, s.seq, s.waiting_on AS "waitingOn", s.branch, s.commit_sha AS commit,
  s.revision,
  (SELECT json_build_object('count', count(*), 'last', coalesce(max(e.revision), 0)) FROM session_events e
   WHERE e.account_id = $1 AND e.project_id = $2 AND e.session_id = s.session_id) AS events,
  coalesce((SELECT is_open FROM session_index x WHERE x.session_id = s.session_id), false) AS "isListed",
  (SELECT coalesce(json_agg(json_build_object('seq', i.seq, 'commandId', i.command_id, 'status', i.status)), '[]')
   FROM interactions i WHERE i.account_id = $1 AND i.project_id = $2 AND i.session_id = s.session_id) AS interactions,
  (SELECT coalesce(json_agg(json_build_object('component', c.component, 'sessionId', c.child_session_id,
            'attempt', c.attempt, 'status', c.status, 'ownStatus', c.own_status, 'isMerged', c.merged_as IS NOT NULL,
            'createdAt', extract(epoch FROM c.created_at) * 1000)), '[]')
   FROM (SELECT DISTINCT ON (t.component) t.*, o.status AS own_status, o.created_at FROM session_children t
         JOIN sessions o ON o.account_id = $1 AND o.project_id = $2 AND o.session_id = t.child_session_id
         WHERE t.account_id = $1 AND t.project_id = $2 AND t.parent_session_id = s.session_id
         ORDER BY t.component, t.attempt DESC) c) AS children
FROM sessions s
WHERE s.account_id = $1 AND s.project_id = $2 AND ($3::text IS NULL OR s.session_id = $3) AND s.session_id > $4
ORDER BY s.session_id LIMIT $5`,
};

interface Range {
  readonly sessionId?: string;
  readonly afterId?: string;
  readonly limit: number;
}

export async function comparedRows(
  pool: Pool,
  scope: Scope,
  { sessionId, afterId = '', limit }: Range,
): Promise<readonly ComparedRow[]> {
  const values = [scope.accountId, scope.projectId, sessionId ?? null, afterId, limit];
  return withScope(pool, scope, (tx) => tx.queryAndCommit<ComparedRow>(COMPARED, values));
}
