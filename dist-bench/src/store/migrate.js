import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PG_MIGRATE_LOCK_ID, runner } from 'node-pg-migrate';
import pg from 'pg';
const SILENT = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
/** The package's `sql/`, whether this file runs from `src/` or `dist/`. */
export function migrationsDir() {
    let folder = dirname(fileURLToPath(import.meta.url));
    while (!existsSync(join(folder, 'package.json'))) {
        const parent = dirname(folder);
        if (parent === folder)
            throw new Error('The sql/ folder of specwright was not found beside its package.json.');
        folder = parent;
    }
    return join(folder, 'sql');
}
/** Brings the schema up to date as its owner; returns the names of the migrations that ran. Callers may race. */
export async function migrate(ownerUrl) {
    const client = new pg.Client({ connectionString: ownerUrl, connectionTimeoutMillis: 5_000 });
    client.on('error', () => undefined);
    await client.connect();
    try {
        // The library only tries its lock and fails when another process has it; holding it already makes callers queue.
        await client.query('SELECT pg_advisory_lock($1::bigint)', [PG_MIGRATE_LOCK_ID]);
        const ran = await runner({
            dbClient: client,
            dir: migrationsDir(),
            ignorePattern: String.raw `\..*|schema\.sql`,
            migrationsTable: 'pgmigrations',
            direction: 'up',
            singleTransaction: true,
            noLock: true,
            logger: SILENT,
        });
        return ran.map((migration) => migration.name);
    }
    finally {
        await client.end();
    }
}
