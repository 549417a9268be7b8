import pg from 'pg';
import { migrate } from './migrate.js';
import { scramVerifier } from './scram-verifier.js';
/** Any number will do as long as every version of this function uses it. */
const SETUP_LOCK = 5_773_208_114;
/** Makes roles and database where missing, sets the passwords, migrates. Repeatable; callers may race. */
export async function setupDatabase(input) {
    const database = input.database ?? 'specwright';
    const admin = new pg.Client({ connectionString: input.adminUrl, connectionTimeoutMillis: 5_000 });
    admin.on('error', () => undefined);
    await admin.connect();
    try {
        await admin.query('SELECT pg_advisory_lock($1)', [SETUP_LOCK]);
        await ensureRole(admin, 'sw_owner', input.passwords.owner);
        await ensureRole(admin, 'sw_rw', input.passwords.rw);
        await ensureRole(admin, 'sw_ro', input.passwords.ro);
        await ensureDatabase(admin, database);
    }
    finally {
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
async function ensureRole(admin, role, password) {
    const { rowCount } = await admin.query('SELECT FROM pg_roles WHERE rolname = $1', [role]);
    if (rowCount === 0)
        await admin.query(`CREATE ROLE ${role}`);
    await admin.query(`ALTER ROLE ${role} LOGIN NOCREATEDB NOCREATEROLE INHERIT PASSWORD ${admin.escapeLiteral(scramVerifier(password))}`);
    // Attributes that only a superuser may name, even to take them away.
    const { rows } = await admin.query('SELECT rolsuper OR rolbypassrls OR rolreplication AS strong FROM pg_roles WHERE rolname = $1', [role]);
    if (rows[0]?.strong)
        await admin.query(`ALTER ROLE ${role} NOSUPERUSER NOBYPASSRLS NOREPLICATION`);
}
async function ensureDatabase(admin, database) {
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
function urlFor(adminUrl, database, role, password) {
    const url = new URL(adminUrl);
    url.username = role;
    url.password = encodeURIComponent(password);
    url.pathname = `/${encodeURIComponent(database)}`;
    return url.href;
}
