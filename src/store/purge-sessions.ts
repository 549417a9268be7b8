import type { Scope } from '../domain/scope.js';
import type { Pool } from './pool.js';
import { nobody, type Statement, type Tx, withScope } from './with-scope.js';
import { purgeWebhooks } from './webhooks/purge-webhooks.js';

/** What was removed, or would be. */
export interface Purged {
  readonly sessions: number;
  readonly outputBytes: number;
}

/** Trees at a time: one transaction has to end within the statement timeout. */
const BATCH = 20;

// Whole trees only: every session of it closed, and the last one before the time.
const CHOSEN = `
SELECT root_session_id AS id FROM sessions WHERE account_id = $1 AND project_id = $2
GROUP BY root_session_id HAVING bool_and(status <> 'active') AND max(closed_at) < $3
ORDER BY max(closed_at), root_session_id`;

const CHOOSE: Statement = { text: `${CHOSEN} LIMIT ${BATCH}` };

const COUNT: Statement = {
  text: `
WITH t AS (
  SELECT s.session_id FROM sessions s
  WHERE s.account_id = $1 AND s.project_id = $2 AND s.root_session_id IN (SELECT id FROM (${CHOSEN}) chosen)
)
SELECT (SELECT count(*) FROM t)::integer AS sessions,
  (SELECT coalesce(sum(o.bytes), 0) FROM outputs o
   WHERE o.account_id = $1 AND o.project_id = $2 AND o.session_id IN (SELECT session_id FROM t))::float8 AS "outputBytes"`,
};

/** In this order: what refers goes before what it refers to. `session_index` stays: an id belongs to one project for ever. */
const TABLES = [
  'webhook_deliveries',
  'idempotency_keys',
  'late_results',
  'result_conflicts',
  'decisions',
  'leases',
  'session_events',
  'session_children',
  'interactions',
] as const;

const idsOf = (roots: string) =>
  `(SELECT session_id FROM sessions WHERE account_id = $1 AND project_id = $2 AND root_session_id = ANY (${roots}))`;
const CHUNKS: Statement = {
  text: `DELETE FROM output_chunks WHERE account_id = $1 AND project_id = $2 AND output_id IN (
    SELECT output_id FROM outputs WHERE account_id = $1 AND project_id = $2 AND session_id IN ${idsOf('$3')})`,
};
const deliveriesOf = `(SELECT delivery_id FROM webhook_deliveries WHERE account_id = $1 AND project_id = $2 AND session_id IN ${idsOf('$3')})`;
const ATTEMPTS: Statement = {
  text: `DELETE FROM webhook_attempts WHERE account_id = $1 AND project_id = $2 AND delivery_id IN ${deliveriesOf}`,
};
const DUE: Statement = { text: `DELETE FROM webhook_due WHERE delivery_id IN ${deliveriesOf}` };
const OUTPUTS: Statement = {
  text: `DELETE FROM outputs WHERE account_id = $1 AND project_id = $2 AND session_id IN ${idsOf('$3')}
         RETURNING coalesce(bytes, 0)::float8 AS bytes`,
};
const SESSIONS: Statement = {
  text: `DELETE FROM sessions WHERE account_id = $1 AND project_id = $2 AND root_session_id = ANY ($3) RETURNING session_id`,
};

/**
 * Removes the trees of sessions that closed before a time (ISO 8601). `pool` is of the owner's role: nothing that serves users may
 * delete. Repeatable, and interrupted at any point it leaves whole trees.
 */
export async function purgeSessions(pool: Pool, scope: Scope, before: string, dryRun: boolean): Promise<Purged> {
  if (dryRun) {
    const values = [scope.accountId, scope.projectId, before];
    return (await withScope(pool, scope, (tx) => tx.queryAndCommit<Purged>(COUNT, values)))[0]!;
  }
  let purged: Purged = { sessions: 0, outputBytes: 0 };
  for (;;) {
    const more = await withScope(pool, scope, (tx) => purgeBatch(tx, scope, before));
    if (more.sessions === 0) break;
    purged = { sessions: purged.sessions + more.sessions, outputBytes: purged.outputBytes + more.outputBytes };
  }
  await withScope(pool, scope, (tx) => purgeWebhooks(tx, scope, before));
  return purged;
}

async function purgeBatch(tx: Tx, scope: Scope, before: string): Promise<Purged> {
  const key = [scope.accountId, scope.projectId];
  const chosen = await tx.query<{ id: string }>(CHOOSE, [...key, before]);
  const roots = chosen.map(({ id }) => id);
  if (roots.length === 0) return { sessions: 0, outputBytes: 0 };
  const values = [...key, roots];
  for (const statement of [CHUNKS, ATTEMPTS, DUE]) await tx.query(statement, values);
  const outputs = await tx.query<{ bytes: number }>(OUTPUTS, values);
  for (const table of TABLES) {
    const column = table === 'session_children' ? 'parent_session_id' : 'session_id';
    await tx.query(
      { text: `DELETE FROM ${table} WHERE account_id = $1 AND project_id = $2 AND ${column} IN ${idsOf('$3')}` },
      values,
    );
  }
  const sessions = await tx.query(SESSIONS, values);
  return { sessions: sessions.length, outputBytes: outputs.reduce((sum, { bytes }) => sum + bytes, 0) };
}

const PROJECTS: Statement = {
  text: `SELECT DISTINCT project_id AS "projectId" FROM session_index WHERE account_id = $1 ORDER BY 1`,
};

/** The projects of an account that ever had a session. */
export async function projectsOf(pool: Pool, accountId: string): Promise<readonly Scope[]> {
  const anywhere = nobody(accountId, accountId);
  const rows = await withScope(pool, anywhere, (tx) => tx.queryAndCommit<{ projectId: string }>(PROJECTS, [accountId]));
  return rows.map(({ projectId }) => nobody(accountId, projectId));
}
