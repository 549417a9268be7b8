import { readdir } from 'node:fs/promises';
import type { ActiveRow, DatabaseProbe } from '../ports/database-probe.js';
import { migrationsDir } from './migrate.js';
import type { Pool } from './pool.js';
import { type Statement, withScope } from './with-scope.js';

const ACTIVE: Statement = {
  name: 'active_rows',
  text: `
SELECT session_id AS "sessionId", waiting_on AS "waitingOn", waiting_reason AS "waitingReason",
  (extract(epoch FROM waiting_since) * 1000)::float8 AS "waitingSince", executor_queue AS "executorQueue"
FROM sessions WHERE account_id = $1 AND project_id = $2 AND status = 'active' AND session_id > $3
ORDER BY session_id LIMIT $4`,
};

/** `readPool` is of the role that cannot write. */
export function createDatabaseProbe(readPool: Pool): DatabaseProbe {
  return {
    async server() {
      const { rows } = await readPool.query<{ version: string }>(`SELECT current_setting('server_version') AS version`);
      return { version: rows[0]!.version, missingMigrations: await missingMigrations(readPool) };
    },
    active: (scope, afterId, limit) =>
      withScope(readPool, scope, (tx) =>
        tx.queryAndCommit<ActiveRow>(ACTIVE, [scope.accountId, scope.projectId, afterId, limit]),
      ),
  };
}

/** A database from before it could be asked this lacks at least the migration that allows it. */
async function missingMigrations(readPool: Pool): Promise<readonly string[]> {
  const names = (await readdir(migrationsDir()))
    .filter((name) => /^\d+_.*\.sql$/.test(name))
    .map((name) => name.replace(/\.sql$/, ''))
    .sort();
  const applied = await readPool.query<{ name: string }>('SELECT name FROM pgmigrations').catch(() => null);
  if (applied === null) return names.slice(-1);
  const known = new Set(applied.rows.map(({ name }) => name));
  return names.filter((name) => !known.has(name));
}
