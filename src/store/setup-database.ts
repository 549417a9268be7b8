import pg from 'pg';
import { migrate } from './migrate.js';
import { scramVerifier } from './scram-verifier.js';

interface RolePasswords {
  readonly owner: string;
  readonly rw: string;
  readonly ro: string;
}

interface SetupInput {
  /** A role that may create roles and databases. */
  readonly adminUrl: string;
  readonly passwords: RolePasswords;
  /** Default `specwright`. */
  readonly database?: string;
}

export interface DatabaseUrls {
  readonly ownerUrl: string;
  readonly rwUrl: string;
  readonly roUrl: string;
}

/** Any number will do as long as every version of this function uses it. */
const SETUP_LOCK = 5_773_208_114;

/** Makes roles and database where missing, sets the passwords, migrates. Repeatable; callers may race. */
export async function setupDatabase(input: SetupInput): Promise<DatabaseUrls> {
  const database = input.database ?? 'specwright';
  const admin = new pg.Client({ connectionString: input.adminUrl, connectionTimeoutMillis: 5_000 });
  admin.on('error', () => undefined);
  await admin.connect();
  try {
    await admin.query('SELECT pg_advisory_lock($1)', [SETUP_LOCK]);
    await ensureRole(admin, 'sw_owner', input.passwords.owner);
    await ensureRole(admin, 'sw_rw', input.passwords.rw);
    await ensureRole(admin, 'sw_ro', input.passwords.ro);
    await ensureMetricsRole(admin);
    await ensureDatabase(admin, database);
  } finally {
    await admin.end();
  }
  const urls = {
    ownerUrl: urlFor(input.adminUrl, database, 'sw_owner', input.passwords.owner),
    rwUrl: urlFor(input.adminUrl, database, 'sw_rw', input.passwords.rw),
    roUrl: urlFor(input.adminUrl, database, 'sw_ro', input.passwords.ro),
  };
  await migrate(urls.ownerUrl);
  return urls;
}

async function ensureRole(admin: pg.Client, role: string, password: string): Promise<void> {
  const { rowCount } = await admin.query('SELECT FROM pg_roles WHERE rolname = $1', [role]);
  if (rowCount === 0) await admin.query(`CREATE ROLE ${role}`);
  await admin.query(
    `ALTER ROLE ${role} LOGIN NOCREATEDB NOCREATEROLE INHERIT PASSWORD ${admin.escapeLiteral(scramVerifier(password))}`,
  );
  // Attributes that only a superuser may name, even to take them away.
  const { rows } = await admin.query<{ strong: boolean }>(
    'SELECT rolsuper OR rolbypassrls OR rolreplication AS strong FROM pg_roles WHERE rolname = $1',
    [role],
  );
  if (rows[0]?.strong) await admin.query(`ALTER ROLE ${role} NOSUPERUSER NOBYPASSRLS NOREPLICATION`);
}

/** Owns the three functions that count over all accounts; nobody can log in as it. */
async function ensureMetricsRole(admin: pg.Client): Promise<void> {
  const { rowCount } = await admin.query(`SELECT FROM pg_roles WHERE rolname = 'sw_metrics'`);
  if (rowCount === 0) await admin.query('CREATE ROLE sw_metrics');
  await admin.query('ALTER ROLE sw_metrics NOLOGIN NOCREATEDB NOCREATEROLE');
  // Only to give it the functions: the owner of the tables does not act with its rights.
  await admin.query('GRANT sw_metrics TO sw_owner WITH INHERIT FALSE, SET TRUE');
}

async function ensureDatabase(admin: pg.Client, database: string): Promise<void> {
  const name = admin.escapeIdentifier(database);
  const { rowCount } = await admin.query('SELECT FROM pg_database WHERE datname = $1', [database]);
  if (rowCount === 0) {
    // Needed where the administrator is no superuser, as on hosted servers.
    await admin.query(`DO $$ BEGIN
      IF NOT pg_has_role('sw_owner', 'SET') THEN EXECUTE format('GRANT sw_owner TO %I', current_user); END IF;
    END $$`);
    await admin.query(`CREATE DATABASE ${name} OWNER sw_owner TEMPLATE template0 ENCODING 'UTF8'`);
  }
  await admin.query(`REVOKE ALL ON DATABASE ${name} FROM PUBLIC`);
  await admin.query(`GRANT CONNECT ON DATABASE ${name} TO sw_rw, sw_ro`);
}

function urlFor(adminUrl: string, database: string, role: string, password: string): string {
  const url = new URL(adminUrl);
  url.username = role;
  url.password = encodeURIComponent(password);
  url.pathname = `/${encodeURIComponent(database)}`;
  return url.href;
}
