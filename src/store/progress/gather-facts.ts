import type { GenerateInput, ValidateInput } from '../../ports/progress-store.js';
import type { Statement, Tx } from '../with-scope.js';
import { iso } from '../queries/session-row.js';
import { BEGINS_FIX_ROUND } from './fix-rounds.js';
import type { FactsRow } from './facts-row.js';

type Key = Pick<ValidateInput, 'scope' | 'sessionId' | 'seq' | 'commandId' | 'step'>;

const NEEDED_CONTEXTS = `(SELECT coalesce(json_agg(n.depends_on ORDER BY n.depends_on COLLATE "C"), '[]')
    FROM context_dependencies n
    WHERE n.account_id = $1 AND n.project_id = $2 AND n.context = c.name)`;

// Facts of the subject come by scalar subqueries, not joins: before the first ANALYZE a join may well start at the wrong end.
// A turn that ended as warning (its executor was lost, say) is neither an agent's turn nor a reason to mend anything.
// `subject` is the session, or what the start input says of one that is not there yet ($7 to $12).
const GATHER: Statement = {
  name: 'gather_facts',
  text: `
WITH s AS MATERIALIZED (
  SELECT * FROM sessions WHERE account_id = $1 AND project_id = $2 AND session_id = $3
), subject AS MATERIALIZED (
  SELECT session_type AS type, context, component, parent_session_id AS parent, root_session_id AS root, attempt FROM s
  UNION ALL
  SELECT $8, $9, $10, $11,
    (SELECT p.root_session_id FROM sessions p WHERE p.account_id = $1 AND p.project_id = $2 AND p.session_id = $11),
    $12::integer
  WHERE NOT EXISTS (SELECT FROM s) AND $8::text IS NOT NULL
)
SELECT
  (SELECT json_build_object(
     'type', session_type, 'context', context, 'component', component, 'status', status, 'mode', mode,
     'executorQueue', executor_queue, 'parentSessionId', parent_session_id, 'parentBranch', parent_branch,
     'baseBranch', base_branch, 'attempt', attempt, 'waivers', waivers, 'bounds', bounds,
     'judged', CASE WHEN $6 = 'Finalize' THEN judged END, 'waitingOn', waiting_on, 'closedRunId', closed_run_id,
     'state', json_build_object('workspace', workspace, 'branch', branch, 'baseSha', base_sha, 'commit', commit_sha,
                                'remoteSha', remote_sha, 'pullRequest', pull_request, 'tests', tests)) FROM s) AS session,
  (SELECT account_id = $1 AND project_id = $2 FROM session_index WHERE session_id = $3) AS owned,
  EXISTS (SELECT FROM memberships m WHERE m.account_id = $1 AND m.project_id = $2 AND m.user_id = $7) AS member,
  EXISTS (SELECT FROM sessions p
          WHERE p.account_id = $1 AND p.project_id = $2 AND p.session_id = (SELECT parent FROM subject)) AS "parentKnown",
  (SELECT json_build_object('name', name, 'description', description, 'remote', remote,
                            'toolchain', coalesce((SELECT toolchain FROM s), custom_toolchain, to_jsonb(toolchain)),
                            'defaultBranch', default_branch, 'forge', forge, 'bounds', bounds)
   FROM projects WHERE account_id = $1 AND project_id = $2) AS project,
  (SELECT json_build_object('name', name, 'description', description, 'dependsOn', ${NEEDED_CONTEXTS}) FROM contexts c
   WHERE account_id = $1 AND project_id = $2 AND name = (SELECT context FROM subject)) AS context,
  CASE WHEN (SELECT type FROM subject) = 'contextDesign' THEN
    (SELECT coalesce(json_agg(json_build_object('name', name, 'description', description, 'dependsOn', ${NEEDED_CONTEXTS},
       'components', (SELECT coalesce(json_agg(m.name ORDER BY m.name COLLATE "C"), '[]') FROM components m
                      WHERE m.account_id = $1 AND m.project_id = $2 AND m.context = c.name)) ORDER BY name COLLATE "C"), '[]')
     FROM contexts c
     WHERE account_id = $1 AND project_id = $2 AND name <> (SELECT context FROM subject))
  ELSE '[]' END AS neighbours,
  (SELECT coalesce(json_agg(json_build_object(
     'name', c.name, 'context', c.context, 'type', c.type, 'description', c.description, 'priority', c.priority,
     'dependsOn', (SELECT coalesce(json_agg(d.depends_on ORDER BY d.depends_on COLLATE "C"), '[]')
                   FROM component_dependencies d
                   WHERE d.account_id = $1 AND d.project_id = $2 AND d.component = c.name)) ORDER BY c.name COLLATE "C"), '[]')
   FROM components c
   WHERE c.account_id = $1 AND c.project_id = $2 AND c.context = (SELECT context FROM subject)) AS components,
  (SELECT coalesce(json_agg(json_build_object('title', title, 'context', context, 'text', body,
                            'acceptanceCriteria', acceptance_criteria) ORDER BY title COLLATE "C"), '[]')
   FROM stories WHERE account_id = $1 AND project_id = $2 AND context = (SELECT context FROM subject)) AS stories,
  (SELECT coalesce(json_agg(json_build_object('name', name, 'componentType', component_type,
                            'sessionType', session_type, 'text', body) ORDER BY name COLLATE "C"), '[]')
   FROM rules WHERE account_id = $1 AND project_id = $2) AS rules,
  (SELECT coalesce(json_agg(json_build_object(
     'component', component, 'sessionId', child_session_id, 'attempt', attempt, 'status', status, 'branch', branch,
     'commit', commit_sha, 'mergedAs', merged_as, 'failure', failure, 'fixRounds', fix_rounds)), '[]')
   FROM (SELECT DISTINCT ON (component) * FROM session_children
         WHERE account_id = $1 AND project_id = $2 AND parent_session_id = $3
         ORDER BY component, attempt DESC) newest) AS children,
  CASE WHEN (SELECT parent FROM subject) IS NULL THEN
    (SELECT count(*)::integer FROM interactions
     WHERE account_id = $1 AND project_id = $2 AND session_id = $3 AND step = $6 AND kind IS NOT NULL
       AND seq < $4 AND status IN ('ok', 'error'))
  ELSE
    (SELECT coalesce(sum((
       SELECT count(*) FROM interactions i
       WHERE i.account_id = $1 AND i.project_id = $2 AND i.session_id = t.session_id
         AND i.step = $6 AND i.kind IS NOT NULL AND i.status IN ('ok', 'error')
         AND (t.session_id <> $3 OR i.seq < $4))), 0)::integer
     FROM sessions t
     WHERE t.account_id = $1 AND t.project_id = $2 AND t.root_session_id = (SELECT root FROM subject)
       AND (t.component = (SELECT component FROM subject)
            OR (t.component IS NULL AND (SELECT component FROM subject) IS NULL)) AND t.session_type = (SELECT type FROM subject))
  END AS "earlierTurns",
  (SELECT json_build_object('status', status, 'failure', failure) FROM interactions
   WHERE account_id = $1 AND project_id = $2 AND session_id = $3 AND seq < $4 AND status IN ('ok', 'warning', 'error')
     AND seq >= coalesce((SELECT max(seq) FROM interactions
                          WHERE account_id = $1 AND project_id = $2 AND session_id = $3 AND seq < $4
                            AND status IN ('ok', 'error')), 0)
   ORDER BY status = 'error' DESC, seq DESC LIMIT 1) AS last,
  (SELECT c.failure FROM session_children c
   WHERE c.account_id = $1 AND c.project_id = $2 AND c.parent_session_id = (SELECT parent FROM subject)
     AND c.component = coalesce((SELECT component FROM subject), '*') AND c.attempt = (SELECT attempt - 1 FROM subject)
     AND NOT EXISTS (SELECT FROM interactions i
                     WHERE i.account_id = $1 AND i.project_id = $2 AND i.session_id = $3 AND i.seq < $4
                       AND i.kind = 'agent' AND i.status IN ('ok', 'error'))) AS replaced,
  CASE WHEN $6 = 'Finalize' THEN
    (SELECT count(*)::integer FROM interactions
     WHERE account_id = $1 AND project_id = $2 AND session_id = $3 AND ${BEGINS_FIX_ROUND})
  ELSE 0 END AS "fixRounds",
  (SELECT result #>> '{agent,conversationId}' FROM interactions
   WHERE account_id = $1 AND project_id = $2 AND session_id = $3 AND seq < $4 AND kind = 'agent'
     AND result #>> '{agent,conversationId}' IS NOT NULL
   ORDER BY seq DESC LIMIT 1) AS "conversationId",
  (SELECT json_build_object('status', status, 'command', command, 'verdict', verdict, 'failure', failure,
                            'digest', digest, 'completedAt', ${iso('completed_at')})
   FROM interactions
   WHERE account_id = $1 AND project_id = $2 AND session_id = $3 AND seq = $4 AND command_id = $5) AS interaction,
  (SELECT json_build_object('number', number, 'expired', expires_at <= clock_timestamp()) FROM leases
   WHERE account_id = $1 AND project_id = $2 AND session_id = $3 AND command_id = $5) AS lease`,
};

/** Everything a step builds or judges from, and the state of the interaction, in one statement. */
export async function gatherFacts(tx: Tx, key: Key, start: GenerateInput['start']): Promise<FactsRow> {
  const { accountId, projectId, userId } = key.scope;
  const rows = await tx.query<FactsRow>(GATHER, [
    accountId,
    projectId,
    key.sessionId,
    key.seq,
    key.commandId,
    key.step,
    userId,
    start?.sessionType ?? null,
    start?.context ?? null,
    start?.component ?? null,
    start?.parent?.sessionId ?? null,
    start?.parent?.attempt ?? 1,
  ]);
  return rows[0]!;
}
