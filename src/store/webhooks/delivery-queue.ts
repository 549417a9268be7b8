import type { AfterTry, Attempt } from '../../domain/webhooks.js';
import type { Claim, DeliveryQueue, DueDelivery } from '../../ports/webhook-store.js';
import type { Pool } from '../pool.js';
import { iso } from '../queries/session-row.js';
import { nobody, type Statement, withScope } from '../with-scope.js';

const CLAIM = `
WITH due AS (
  SELECT delivery_id FROM webhook_due WHERE due_at <= now() AND webhook_id <> ALL ($3::uuid[])
  ORDER BY due_at LIMIT $1 FOR UPDATE SKIP LOCKED
)
UPDATE webhook_due d SET due_at = now() + $2 * interval '1 millisecond' FROM due WHERE d.delivery_id = due.delivery_id
RETURNING d.delivery_id AS "deliveryId", d.webhook_id AS "webhookId", d.account_id AS "accountId", d.project_id AS "projectId"`;

const LOAD: Statement = {
  name: 'load_delivery',
  text: `
SELECT w.url, w.secret_version AS "secretVersion", extract(epoch FROM w.rotated_at)::float8 * 1000 AS "rotatedAtMs",
  d.type, ${iso('d.at')} AS at, d.round_tries AS "roundTries",
  CASE WHEN e.session_id IS NOT NULL THEN json_build_object('sessionId', e.session_id, 'revision', e.revision,
    'sessionType', s.session_type, 'context', s.context, 'component', s.component,
    'parentSessionId', s.parent_session_id, 'rootSessionId', s.root_session_id, 'data', e.data) END AS event
FROM webhook_deliveries d
JOIN webhooks w ON w.account_id = d.account_id AND w.project_id = d.project_id AND w.webhook_id = d.webhook_id
  AND w.disabled_at IS NULL AND w.deleted_at IS NULL
LEFT JOIN session_events e ON e.account_id = d.account_id AND e.project_id = d.project_id
  AND e.session_id = d.session_id AND e.revision = d.revision
LEFT JOIN sessions s ON s.account_id = d.account_id AND s.project_id = d.project_id AND s.session_id = d.session_id
WHERE d.account_id = $1 AND d.project_id = $2 AND d.delivery_id = $3 AND d.status = 'pending'`,
};

// Nothing to try: a webhook that is off, or a row that is gone.
const DROP: Statement = {
  name: 'drop_delivery',
  text: `
WITH d AS (
  UPDATE webhook_deliveries SET status = 'given_up', next_try_at = NULL, ended_at = now()
  WHERE account_id = $1 AND project_id = $2 AND delivery_id = $3 AND status = 'pending'
)
DELETE FROM webhook_due WHERE delivery_id = $3`,
};

// A claim that lapsed while its holder went on makes two tries of one: both are logged, and what came through stays so.
const RECORD: Statement = {
  name: 'record_attempt',
  text: `
WITH d AS (
  UPDATE webhook_deliveries SET tries = tries + 1, round_tries = round_tries + 1,
    round_began_at = coalesce(round_began_at, now() - $5 * interval '1 millisecond'),
    status = CASE WHEN $8 THEN 'delivered' WHEN status <> 'pending' THEN status WHEN $9::float8 IS NULL THEN 'given_up'
                  ELSE 'pending' END,
    next_try_at = CASE WHEN status = 'pending' AND NOT $8 THEN now() + $9::float8 * interval '1 millisecond' END,
    ended_at = CASE WHEN status = 'pending' AND NOT $8 AND $9::float8 IS NOT NULL THEN NULL ELSE coalesce(ended_at, now()) END
  WHERE account_id = $1 AND project_id = $2 AND delivery_id = $3
  RETURNING tries, status, next_try_at, round_began_at, now() - $5 * interval '1 millisecond' AS began_at
), logged AS (
  INSERT INTO webhook_attempts (account_id, project_id, delivery_id, number, at, duration_ms, outcome, http_status, error_code)
  SELECT $1, $2, $3, tries, began_at, $5, $6, $7, $11 FROM d
), due AS (
  UPDATE webhook_due SET due_at = d.next_try_at FROM d WHERE delivery_id = $3 AND d.status = 'pending'
), ended AS (
  DELETE FROM webhook_due WHERE delivery_id = $3 AND (SELECT status FROM d) <> 'pending'
), health AS (
  SELECT d.began_at,
    NOT $8 AND ($10 OR (d.status = 'given_up' AND coalesce(w.failing_since, d.began_at) <= d.round_began_at)) AS ends
  FROM d, webhooks w WHERE w.account_id = $1 AND w.project_id = $2 AND w.webhook_id = $4
), w AS (
  UPDATE webhooks w SET
    failing_since = CASE WHEN NOT $8 THEN coalesce(w.failing_since, h.began_at) END,
    disabled_at = CASE WHEN h.ends THEN coalesce(w.disabled_at, now()) ELSE w.disabled_at END,
    disabled_reason = CASE WHEN h.ends THEN coalesce(w.disabled_reason, CASE WHEN $10 THEN 'gone' ELSE 'failing' END)
                           ELSE w.disabled_reason END
  FROM health h WHERE w.account_id = $1 AND w.project_id = $2 AND w.webhook_id = $4
    AND (h.ends OR $8 = (w.failing_since IS NOT NULL))
)
SELECT FROM health WHERE ends`,
};

/** All accounts' outbox. Claims see ids only; what is sent is read in its own scope. */
export function createDeliveryQueue(pool: Pool): DeliveryQueue {
  return {
    async claim(limit, claimMs, without) {
      return (await pool.query<Claim>(CLAIM, [limit, claimMs, without])).rows;
    },
    async load(claim) {
      const values = [claim.accountId, claim.projectId, claim.deliveryId];
      return withScope(pool, scopeOf(claim), async (tx) => {
        const [due] = await tx.query<DueDelivery>(LOAD, values);
        if (due === undefined) await tx.query(DROP, values);
        return due ?? null;
      });
    },
    async record(claim, attempt, then) {
      const values = recordValues(claim, attempt, then);
      return (await withScope(pool, scopeOf(claim), (tx) => tx.queryAndCommit(RECORD, values))).length > 0;
    },
  };
}

const scopeOf = ({ accountId, projectId }: Claim) => nobody(accountId, projectId);

function recordValues(claim: Claim, attempt: Attempt, then: AfterTry): readonly unknown[] {
  const { durationMs, outcome, httpStatus, errorCode } = attempt;
  return [
    claim.accountId,
    claim.projectId,
    claim.deliveryId,
    claim.webhookId,
    durationMs,
    outcome,
    httpStatus,
    then.kind === 'delivered',
    then.kind === 'retry' ? then.delayMs : null,
    then.kind === 'give_up' && then.isGone,
    errorCode,
  ];
}
