import type { Scope } from '../../domain/scope.js';
import type { Statement, Tx } from '../with-scope.js';

const PINGS = `(SELECT delivery_id FROM webhook_deliveries
  WHERE account_id = $1 AND project_id = $2 AND session_id IS NULL AND status <> 'pending' AND created_at < $3)`;

/** In this order: what refers goes before what it refers to. */
const STATEMENTS: readonly Statement[] = [
  { text: `DELETE FROM webhook_attempts WHERE account_id = $1 AND project_id = $2 AND delivery_id IN ${PINGS}` },
  { text: `DELETE FROM webhook_deliveries WHERE account_id = $1 AND project_id = $2 AND delivery_id IN ${PINGS}` },
  {
    text: `
DELETE FROM webhooks w WHERE w.account_id = $1 AND w.project_id = $2 AND w.deleted_at < $3
  AND NOT EXISTS (SELECT FROM webhook_deliveries d
                  WHERE d.account_id = $1 AND d.project_id = $2 AND d.webhook_id = w.webhook_id)`,
  },
];

/** What goes with no session: pings from before the time, and deleted webhooks that nothing is left of. */
export async function purgeWebhooks(tx: Tx, { accountId, projectId }: Scope, before: string): Promise<void> {
  for (const statement of STATEMENTS) await tx.query(statement, [accountId, projectId, before]);
}
