import type { Scope } from '../../domain/scope.js';
import type { Webhook, WebhookChange, WebhookStore } from '../../ports/webhook-store.js';
import type { Pool } from '../pool.js';
import { iso } from '../queries/session-row.js';
import { isAddressable, type Statement, withScope } from '../with-scope.js';
import { isUuid } from '../../domain/names.js';

/** Every event is looked at for each of them. */
const MAX_WEBHOOKS = 20;

const COLUMNS = `w.webhook_id AS "webhookId", w.url, w.description, w.types, w.disabled_at IS NULL AS enabled,
  ${iso('w.disabled_at')} AS "disabledAt", w.disabled_reason AS "disabledReason",
  ${iso('w.failing_since')} AS "failingSince", w.secret_version AS "secretVersion", ${iso('w.rotated_at')} AS "rotatedAt",
  ${iso('w.created_at')} AS "createdAt"`;

const CREATE: Statement = {
  name: 'create_webhook',
  text: `
INSERT INTO webhooks AS w (account_id, project_id, webhook_id, url, description, types)
SELECT $1, $2, $3, $4, $5, $6
WHERE (SELECT count(*) FROM webhooks WHERE account_id = $1 AND project_id = $2 AND deleted_at IS NULL) < ${MAX_WEBHOOKS}
RETURNING ${COLUMNS}`,
};

const LIST: Statement = {
  name: 'list_webhooks',
  text: `SELECT ${COLUMNS} FROM webhooks w WHERE w.account_id = $1 AND w.project_id = $2 AND w.deleted_at IS NULL
         ORDER BY w.created_at, w.webhook_id`,
};

const ONE = 'w.account_id = $1 AND w.project_id = $2 AND w.webhook_id = $3 AND w.deleted_at IS NULL';
const GET: Statement = { name: 'get_webhook', text: `SELECT ${COLUMNS} FROM webhooks w WHERE ${ONE}` };

// Enabling one that is enabled changes nothing; one that failed begins anew.
const UPDATE: Statement = {
  name: 'update_webhook',
  text: `
UPDATE webhooks w SET url = coalesce($4, w.url), description = coalesce($5, w.description),
  types = CASE WHEN $6 THEN $7::text[] ELSE w.types END,
  disabled_at = CASE $8::boolean WHEN true THEN NULL WHEN false THEN coalesce(w.disabled_at, now()) ELSE w.disabled_at END,
  disabled_reason = CASE $8::boolean WHEN true THEN NULL WHEN false THEN coalesce(w.disabled_reason, 'asked')
                                     ELSE w.disabled_reason END,
  failing_since = CASE WHEN $8::boolean AND w.disabled_at IS NOT NULL THEN NULL ELSE w.failing_since END
WHERE ${ONE} RETURNING ${COLUMNS}`,
};

const DELETE: Statement = {
  name: 'delete_webhook',
  text: `UPDATE webhooks w SET deleted_at = now() WHERE ${ONE} RETURNING w.webhook_id`,
};

const ROTATE: Statement = {
  name: 'rotate_webhook',
  text: `UPDATE webhooks w SET secret_version = w.secret_version + 1, rotated_at = now() WHERE ${ONE} RETURNING ${COLUMNS}`,
};

type WebhookRows = Pick<WebhookStore, 'create' | 'list' | 'get' | 'update' | 'delete' | 'rotate'>;

export function webhookRows(pool: Pool): WebhookRows {
  const rows = async <Row extends object>(scope: Scope, statement: Statement, more: readonly unknown[]) => {
    const values = [scope.accountId, scope.projectId, ...more];
    return withScope(pool, scope, (tx) => tx.queryAndCommit<Row>(statement, values));
  };
  const one = async (scope: Scope, webhookId: string, statement: Statement, more: readonly unknown[] = []) =>
    isAddressable(scope) && isUuid(webhookId)
      ? ((await rows<Webhook>(scope, statement, [webhookId, ...more]))[0] ?? null)
      : null;
  return {
    create: async (scope, { webhookId, url, description, types }) =>
      (await rows<Webhook>(scope, CREATE, [webhookId, url, description, types]))[0] ?? null,
    list: (scope) => rows<Webhook>(scope, LIST, []),
    get: (scope, webhookId) => one(scope, webhookId, GET),
    update: (scope, webhookId, change) => one(scope, webhookId, UPDATE, changeValues(change)),
    delete: async (scope, webhookId) => (await one(scope, webhookId, DELETE)) !== null,
    rotate: (scope, webhookId) => one(scope, webhookId, ROTATE),
  };
}

function changeValues({ url, description, types, enabled }: WebhookChange): readonly unknown[] {
  return [url ?? null, description ?? null, types !== undefined, types ?? null, enabled ?? null];
}
