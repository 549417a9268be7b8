import { isUuid } from '../../domain/names.js';
import type { Scope } from '../../domain/scope.js';
import { PING } from '../../domain/webhooks.js';
import type { Delivery, DeliveryDetail, LoggedAttempt, WebhookStore } from '../../ports/webhook-store.js';
import type { Pool } from '../pool.js';
import { fromCursor, pageLimit, pageOf } from '../queries/keyset-page.js';
import { iso } from '../queries/session-row.js';
import { isAddressable, type Statement, type Tx, withScope } from '../with-scope.js';

const COLUMNS = `d.delivery_id AS "deliveryId", d.webhook_id AS "webhookId", d.type, d.session_id AS "sessionId", d.revision,
  ${iso('d.at')} AS at, d.status, d.tries, ${iso('d.next_try_at')} AS "nextTryAt", ${iso('d.created_at')} AS "createdAt",
  ${iso('d.ended_at')} AS "endedAt"`;

const LIST: Statement = {
  name: 'list_deliveries',
  text: `
SELECT ${COLUMNS} FROM webhook_deliveries d
WHERE d.account_id = $1 AND d.project_id = $2 AND d.webhook_id = $3 AND d.status = coalesce($4, d.status)
  AND ($5::timestamptz IS NULL OR (d.created_at, d.delivery_id) < ($5::timestamptz, $6::uuid))
ORDER BY d.created_at DESC, d.delivery_id DESC LIMIT $7`,
};

const ONE = `d.account_id = $1 AND d.project_id = $2 AND d.webhook_id = $3 AND d.delivery_id = $4
  AND EXISTS (SELECT FROM webhooks w WHERE w.account_id = $1 AND w.project_id = $2 AND w.webhook_id = $3 AND w.deleted_at IS NULL)`;
const GET: Statement = { name: 'get_delivery', text: `SELECT ${COLUMNS} FROM webhook_deliveries d WHERE ${ONE}` };

const ATTEMPTS: Statement = {
  name: 'delivery_attempts',
  text: `
SELECT number, ${iso('at')} AS at, duration_ms AS "durationMs", outcome, http_status AS "httpStatus", error_code AS "errorCode"
FROM webhook_attempts WHERE account_id = $1 AND project_id = $2 AND delivery_id = $3 ORDER BY number`,
};

const PING_IT: Statement = {
  name: 'ping_webhook',
  text: `
WITH d AS (
  INSERT INTO webhook_deliveries AS d (account_id, project_id, delivery_id, webhook_id, type)
  SELECT $1, $2, $4, $3, '${PING}' FROM webhooks w
  WHERE w.account_id = $1 AND w.project_id = $2 AND w.webhook_id = $3 AND w.deleted_at IS NULL
  RETURNING d.*
), due AS (
  INSERT INTO webhook_due (delivery_id, account_id, project_id, webhook_id, due_at)
  SELECT delivery_id, account_id, project_id, webhook_id, now() FROM d
)
SELECT ${COLUMNS} FROM d`,
};

const REPLAY: Statement = {
  name: 'replay_delivery',
  text: `
WITH d AS (
  UPDATE webhook_deliveries d SET status = 'pending', round_tries = 0, round_began_at = NULL, next_try_at = now(), ended_at = NULL
  WHERE ${ONE} RETURNING d.*
), due AS (
  INSERT INTO webhook_due AS u (delivery_id, account_id, project_id, webhook_id, due_at)
  SELECT delivery_id, account_id, project_id, webhook_id, now() FROM d
  ON CONFLICT (delivery_id) DO UPDATE SET due_at = excluded.due_at
)
SELECT ${COLUMNS} FROM d`,
};

type Deliveries = Pick<WebhookStore, 'deliveries' | 'delivery' | 'ping' | 'replay'>;

export function deliveries(pool: Pool): Deliveries {
  const one = async (scope: Scope, webhookId: string, deliveryId: string, statement: Statement) => {
    if (!isAddressable(scope) || !isUuid(webhookId) || !isUuid(deliveryId)) return null;
    const values = [scope.accountId, scope.projectId, webhookId, deliveryId];
    return withScope(pool, scope, async (tx) => withAttempts(tx, scope, await tx.query<Delivery>(statement, values)));
  };
  return {
    async deliveries(scope, webhookId, { status }, page) {
      const after = page.cursor === undefined ? null : fromCursor(page.cursor, isUuid);
      if (page.cursor !== undefined && after === null) return { items: [], cursor: null };
      const limit = pageLimit(page.limit);
      const values = [scope.accountId, scope.projectId, webhookId, status ?? null, after?.createdAt, after?.id];
      const rows = await withScope(pool, scope, (tx) => tx.queryAndCommit<Delivery>(LIST, [...values, limit + 1]));
      return pageOf(rows, limit, ({ createdAt, deliveryId }) => ({ createdAt, id: deliveryId }));
    },
    delivery: (scope, webhookId, deliveryId) => one(scope, webhookId, deliveryId, GET),
    ping: (scope, webhookId, deliveryId) => one(scope, webhookId, deliveryId, PING_IT),
    replay: (scope, webhookId, deliveryId) => one(scope, webhookId, deliveryId, REPLAY),
  };
}

async function withAttempts(tx: Tx, scope: Scope, [row]: readonly Delivery[]): Promise<DeliveryDetail | null> {
  if (row === undefined) return null;
  const values = [scope.accountId, scope.projectId, row.deliveryId];
  return { ...row, attempts: await tx.query<LoggedAttempt>(ATTEMPTS, values) };
}
