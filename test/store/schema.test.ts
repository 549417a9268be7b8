import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import { dumpSchema } from '../../src/store/dump-schema.js';
import { migrate, migrationsDir } from '../../src/store/migrate.js';
import { setupDatabase } from '../../src/store/setup-database.js';
import { type Database, PASSWORDS, startDatabase } from './database.js';

let db: Database;
let owner: pg.Client;
beforeAll(async () => {
  db = await startDatabase();
  owner = new pg.Client({ connectionString: db.ownerUrl });
  await owner.connect();
});
afterAll(async () => {
  await owner.end();
  await db.stop();
});

/** The tables without a scope, each with the reason it may have none. */
const UNSCOPED = {
  api_key_index: 'read before the account is known; hashes and ids only',
  session_index: 'read before the account is known; ids only',
  webhook_due: 'looked at before the account is known; ids and times only',
  pgmigrations: "the migrations' own record; no role but the owner may read it",
};

/** One sentence for everything that leaves a tenant table open. */
const OPEN_TABLES = `
WITH t AS (
  SELECT c.oid, c.relname, c.relrowsecurity, c.relforcerowsecurity,
    c.relname <> 'projects' AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'project_id') AS by_project
  FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'm', 'f', 'v')
    AND c.relname <> ALL ($1)
), keys AS (
  SELECT t.relname, t.by_project, k.conname, k.contype,
    (SELECT array_agg(a.attname::text ORDER BY o.n) FROM unnest(k.conkey) WITH ORDINALITY o (attnum, n)
     JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = o.attnum) AS columns
  FROM t JOIN pg_constraint k ON k.conrelid = t.oid WHERE k.contype IN ('p', 'u', 'f')
)
SELECT relname || ' has no forced row level security' FROM t WHERE NOT (relrowsecurity AND relforcerowsecurity)
UNION ALL SELECT relname || ' has no policy on its scope with USING and WITH CHECK' FROM t
  WHERE NOT EXISTS (SELECT FROM pg_policies p WHERE p.schemaname = 'public' AND p.tablename = relname AND p.cmd = 'ALL'
    AND p.qual LIKE '%app.account%' AND p.with_check LIKE '%app.account%'
    AND (NOT by_project OR (p.qual LIKE '%app.project%' AND p.with_check LIKE '%app.project%')))
UNION ALL SELECT relname || ' has a second policy, which widens the first' FROM t
  WHERE (SELECT count(*) FROM pg_policies p WHERE p.tablename = relname AND p.permissive = 'PERMISSIVE'
    AND NOT (p.cmd = 'SELECT' AND p.roles = '{sw_metrics}')) > 1
UNION ALL SELECT relname || ' has no primary key' FROM t
  WHERE NOT EXISTS (SELECT FROM keys k WHERE k.relname = t.relname AND k.contype = 'p')
UNION ALL SELECT relname || '.' || conname || ' does not lead with the scope' FROM keys
  WHERE columns[1] <> 'account_id' OR (by_project AND contype <> 'f' AND columns[2] <> 'project_id')
UNION ALL SELECT relname || '.' || conname || ' may refer to another project' FROM keys
  WHERE contype = 'f' AND columns[2] IS DISTINCT FROM 'project_id' AND columns <> '{account_id}' AND columns <> '{account_id,user_id}'`;

async function openTables(client: pg.Client): Promise<string[]> {
  const query = { text: OPEN_TABLES, values: [Object.keys(UNSCOPED)], rowMode: 'array' as const };
  const { rows } = await client.query<string[]>(query);
  return rows.flat().sort();
}

test('every tenant table has a forced policy on its scope and keys that lead with it', async () => {
  expect(await openTables(owner)).toEqual([]);
});

test('the catalog test names a table whose protection was forgotten', async () => {
  await owner.query(`BEGIN;
    CREATE TABLE forgotten (project_id uuid, account_id uuid, PRIMARY KEY (project_id, account_id));
    ALTER TABLE leases NO FORCE ROW LEVEL SECURITY; DROP POLICY scope ON rules;`);
  const found = await openTables(owner);
  await owner.query('ROLLBACK');
  expect(found).toEqual([
    'forgotten has no forced row level security',
    'forgotten has no policy on its scope with USING and WITH CHECK',
    'forgotten.forgotten_pkey does not lead with the scope',
    'leases has no forced row level security',
    'rules has no policy on its scope with USING and WITH CHECK',
  ]);
});

test('the roles that run have no power beyond their grants, and the reading one can only read', async () => {
  const { rows: roles } = await owner.query(
    `SELECT rolname FROM pg_roles WHERE rolname IN ('sw_rw', 'sw_ro', 'sw_owner')
       AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication)`,
  );
  const { rows: owned } = await owner.query(
    `SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relowner::regrole::text <> 'sw_owner'`,
  );
  const { rows: writable } = await owner.query(
    `SELECT table_name, privilege_type FROM information_schema.role_table_grants
     WHERE table_schema = 'public' AND ((grantee = 'sw_ro' AND privilege_type <> 'SELECT') OR grantee = 'PUBLIC'
        OR (grantee = 'sw_rw' AND privilege_type NOT IN ('SELECT', 'INSERT', 'UPDATE', 'DELETE')))`,
  );
  const { rows: member } = await owner.query(
    `SELECT 1 FROM pg_auth_members WHERE member IN ('sw_rw'::regrole, 'sw_ro'::regrole)`,
  );
  expect({ roles, owned, writable, member }).toEqual({
    roles: [],
    owned: [],
    writable: [],
    member: [],
  });
  await expect(
    db.ro.query(`INSERT INTO session_index VALUES ('x', gen_random_uuid(), gen_random_uuid())`),
  ).rejects.toThrow(/permission denied/);
});

test('sql/schema.sql is what the migrations make (UPDATE_SCHEMA=1 writes it anew)', async () => {
  const file = join(migrationsDir(), 'schema.sql');
  const fresh = await dumpSchema(db.ownerUrl);
  if (process.env['UPDATE_SCHEMA']) writeFileSync(file, fresh);
  expect(readFileSync(file, 'utf8')).toBe(fresh);
});

test('setting up again changes nothing, and several processes may do so at once', async () => {
  expect(await migrate(db.ownerUrl)).toEqual([]);
  const input = { adminUrl: db.adminUrl, passwords: PASSWORDS, database: 'another' };
  const urls = await Promise.all([setupDatabase(input), setupDatabase(input), setupDatabase(input)]);
  expect(await dumpSchema(urls[0].ownerUrl)).toBe(await dumpSchema(db.ownerUrl));
});
