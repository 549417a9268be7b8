import type { AfterTry, Attempt } from '../../domain/webhooks.js';
import type { Claim, DeliveryQueue, DueDelivery } from '../../ports/webhook-store.js';
import type { Pool } from '../pool.js';
import { iso } from '../queries/session-row.js';
import { nobody, type Statement, withScope } from '../with-scope.js';

// Webhook by webhook along the index: what waits for one that is busy is not read, however much it is.
const CLAIM = `
WITH RECURSIVE hooks AS (
  (SELECT account_id, project_id, webhook_id FROM webhook_due ORDER BY webhook_id LIMIT 1)
  UNION ALL
  SELECT n.* FROM hooks h, LATERAL (SELECT account_id, project_id, webhook_id FROM webhook_due
    WHERE webhook_id > h.webhook_id ORDER BY webhook_id LIMIT 1) n
), due AS (
  SELECT d.delivery_id FROM hooks h, LATERAL (SELECT delivery_id, due_at FROM webhook_due
    WHERE webhook_id = h.webhook_id AND due_at <= now() ORDER BY due_at LIMIT $1 FOR UPDATE SKIP LOCKED) d
  WHERE h.webhook_id <> ALL ($3::uuid[])
    AND (h.account_id, h.project_id) NOT IN (SELECT * FROM unnest($4::uuid[], $5::uuid[]))
  ORDER BY d.due_at LIMIT $1
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

const LOCK: Statement = {
  name: 'lock_delivery',
  text: `SELECT FROM webhook_deliveries WHERE account_id = $1 AND project_id = $2 AND delivery_id = $3 FOR NO KEY UPDATE`,
};

// Nothing to try: a webhook that is off, or a row that is gone. Looked at anew under the lock, for a replay may have come meanwhile.
const DROP: Statement = {
  name: 'drop_delivery',
  text: `
WITH live AS (
  SELECT FROM webhook_deliveries d
  JOIN webhooks w ON w.account_id = d.account_id AND w.project_id = d.project_id AND w.webhook_id = d.webhook_id
    AND w.disabled_at IS NULL AND w.deleted_at IS NULL
  WHERE d.account_id = $1 AND d.project_id = $2 AND d.delivery_id = $3 AND d.status = 'pending'
), d AS (
  UPDATE webhook_deliveries SET status = 'given_up', next_try_at = NULL, ended_at = now()
  WHERE account_id = $1 AND project_id = $2 AND delivery_id = $3 AND status = 'pending' AND NOT EXISTS (SELECT FROM live)
)
DELETE FROM webhook_due WHERE delivery_id = $3 AND NOT EXISTS (SELECT FROM live)`,
};

// A claim that lapsed while its holder went on makes two tries of one, and a replay begins a new round while one is tried: every try
// is logged, what came through stays so, and only the round that a try belongs to goes on by it.
const RECORD: Statement = {
  name: 'record_attempt',
  text: `
WITH was AS (
  SELECT status = 'pending' AND round_tries = $12 AS is_its_round FROM webhook_deliveries
  WHERE account_id = $1 AND project_id = $2 AND delivery_id = $3 FOR NO KEY UPDATE
), d AS (
  UPDATE webhook_deliveries SET tries = tries + 1,
    round_tries = CASE WHEN is_its_round THEN round_tries + 1 ELSE round_tries END,
    round_began_at = CASE WHEN is_its_round THEN coalesce(round_began_at, now() - $5 * interval '1 millisecond') ELSE round_began_at END,
    status = CASE WHEN $8 THEN 'delivered' WHEN NOT is_its_round THEN status WHEN $9::float8 IS NULL THEN 'given_up' ELSE 'pending' END,
    next_try_at = CASE WHEN $8 THEN NULL WHEN NOT is_its_round THEN next_try_at ELSE now() + $9::float8 * interval '1 millisecond' END,
    ended_at = CASE WHEN $8 OR is_its_round AND $9::float8 IS NULL THEN coalesce(ended_at, now()) ELSE ended_at END
  FROM was WHERE account_id = $1 AND project_id = $2 AND delivery_id = $3
  RETURNING tries, status, next_try_at, round_began_at, is_its_round, now() - $5 * interval '1 millisecond' AS began_at
), logged AS (
  INSERT INTO webhook_attempts (account_id, project_id, delivery_id, number, at, duration_ms, outcome, http_status, error_code)
  SELECT $1, $2, $3, tries, began_at, $5, $6, $7, $11 FROM d
), due AS (
  UPDATE webhook_due SET due_at = d.next_try_at FROM d WHERE delivery_id = $3 AND d.status = 'pending' AND is_its_round
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
    async claim(limit, claimMs, { webhooks, projects }) {
      const [accountIds, projectIds] = [projects.map((one) => one.accountId), projects.map((one) => one.projectId)];
      return (await pool.query<Claim>(CLAIM, [limit, claimMs, webhooks, accountIds, projectIds])).rows;
    },
    async load(claim) {
      const values = [claim.accountId, claim.projectId, claim.deliveryId];
      return withScope(pool, scopeOf(claim), async (tx) => {
        const [due] = await tx.query<DueDelivery>(LOAD, values);
        if (due !== undefined) return due;
        await tx.query(LOCK, values);
        await tx.query(DROP, values);
        return null;
      });
    },
    async record(claim, roundTries, attempt, then) {
      const values = [...recordValues(claim, attempt, then), roundTries];
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
