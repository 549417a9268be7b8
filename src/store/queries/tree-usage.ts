import type { Usage } from '../../ports/session-reader.js';
import type { Statement, Tx } from '../with-scope.js';

const USAGE: Statement = {
  name: 'tree_usage',
  text: `
WITH RECURSIVE tree AS (
  SELECT session_id FROM sessions WHERE account_id = $1 AND project_id = $2 AND session_id = $3
  UNION ALL
  SELECT c.session_id FROM tree
  JOIN sessions c ON c.account_id = $1 AND c.project_id = $2 AND c.parent_session_id = tree.session_id
)
SELECT count(*)::integer AS commands, sum(i.input_tokens)::float8 AS "inputTokens",
  sum(i.output_tokens)::float8 AS "outputTokens", sum(i.cost_usd)::float8 AS "costUsd",
  (count(*) FILTER (WHERE i.input_tokens IS NULL OR i.output_tokens IS NULL))::integer AS "withoutTokens",
  (count(*) FILTER (WHERE i.cost_usd IS NULL))::integer AS "withoutCost"
FROM tree
JOIN interactions i ON i.account_id = $1 AND i.project_id = $2 AND i.session_id = tree.session_id
WHERE i.kind = 'agent' AND i.status IN ('ok', 'warning', 'error')`,
};

/** Tokens and cost of a session's tree; the sums of nothing but unknown values are unknown, not zero. */
export async function treeUsage(tx: Tx, values: readonly string[]): Promise<Usage> {
  return (await tx.query<Usage>(USAGE, [...values]))[0]!;
}
