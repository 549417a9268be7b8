import { SESSION_TYPES } from '../../domain/session-types/catalog.js';
import type { PlanInput } from '../../ports/progress-store.js';
import type { Pool } from '../pool.js';
import { isAddressable, type Statement, withScope } from '../with-scope.js';

const CHILD_TYPES = JSON.stringify(
  Object.fromEntries(Object.values(SESSION_TYPES).map(({ name, childType }) => [name, childType])),
);

// An id that another scope has taken gets no row here: its child is refused when it begins, and the parent hears of that.
const PLAN: Statement = {
  name: 'plan_children',
  text: `
WITH p AS (
  SELECT *, $5::jsonb ->> session_type AS child_type FROM sessions
  WHERE account_id = $1 AND project_id = $2 AND session_id = $3 AND status = 'active'
), wanted AS (
  SELECT c.component, c."sessionId" AS id, c.attempt, c.type
  FROM jsonb_to_recordset($4) AS c (component text, "sessionId" text, attempt integer, type text)
  WHERE NOT EXISTS (SELECT FROM session_index x
                    WHERE x.session_id = c."sessionId" AND (x.account_id <> $1 OR x.project_id <> $2))
), place AS (
  INSERT INTO session_index (session_id, account_id, project_id, home)
  SELECT w.id, $1, $2, (SELECT home FROM session_index WHERE session_id = $3) FROM wanted w, p ON CONFLICT DO NOTHING
), s AS (
  INSERT INTO sessions (account_id, project_id, session_id, user_id, session_type, context, component, mode,
    executor_queue, on_exhausted, bounds, parent_session_id, parent_branch, root_session_id, attempt,
    toolchain, waivers, waiting_on, waiting_since, revision)
  SELECT $1, $2, w.id, p.user_id, coalesce(w.type, p.child_type), p.context, nullif(w.component, '*'),
    CASE WHEN p.executor_queue IS NULL THEN 'manual' ELSE 'agentic' END,
    p.executor_queue, 'fail', p.bounds, p.session_id, p.branch, p.root_session_id, w.attempt, p.toolchain,
    p.waivers, 'slot', now(), 1
  FROM wanted w, p WHERE p.child_type IS NOT NULL
  ON CONFLICT DO NOTHING
  RETURNING session_id, session_type, context, component, attempt
), blocked AS (
  UPDATE sessions s SET waivers = p.waivers
  FROM wanted w, p
  WHERE s.account_id = $1 AND s.project_id = $2 AND s.session_id = w.id AND s.waiting_on = 'slot'
    AND s.waivers IS DISTINCT FROM p.waivers
), created AS (
  INSERT INTO session_events (account_id, project_id, session_id, revision, type, data)
  SELECT $1, $2, session_id, 1, 'session_created',
    jsonb_build_object('type', session_type, 'context', context, 'component', component, 'attempt', attempt)
  FROM s
), planned AS (
  INSERT INTO session_children (account_id, project_id, parent_session_id, component, attempt, child_session_id, status)
  SELECT $1, $2, $3, w.component, w.attempt, w.id, 'planned' FROM wanted w, p WHERE p.child_type IS NOT NULL
  ON CONFLICT DO NOTHING
  RETURNING component, attempt, child_session_id
), revised AS (
  UPDATE sessions SET revision = revision + 1
  WHERE account_id = $1 AND project_id = $2 AND session_id = $3 AND EXISTS (SELECT FROM planned)
  RETURNING revision
)
INSERT INTO session_events (account_id, project_id, session_id, revision, type, data)
SELECT $1, $2, $3, revision, 'children_planned', jsonb_build_object('children',
  (SELECT jsonb_agg(jsonb_build_object('component', component, 'attempt', attempt, 'sessionId', child_session_id)) FROM planned))
FROM revised`,
};

/** See {@link ProgressStore.planChildren}: rows of children that wait for a slot, in the parent's scope. */
export async function planChildren(pool: Pool, input: PlanInput): Promise<void> {
  if (!isAddressable(input.scope, input.sessionId) || input.children.length === 0) return;
  const children = JSON.stringify(
    input.children.map(({ component, sessionId, attempt, type }) => ({ component, sessionId, attempt, type })),
  );
  const values = [input.scope.accountId, input.scope.projectId, input.sessionId, children, CHILD_TYPES];
  await withScope(pool, input.scope, (tx) => tx.queryAndCommit(PLAN, values), { lockSession: input.sessionId });
}
