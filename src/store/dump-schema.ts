import pg from 'pg';

interface TableRow {
  readonly name: string;
  readonly owner: string;
  readonly options: string | null;
  readonly secured: boolean;
  readonly forced: boolean;
  readonly columns: readonly { name: string; type: string; not_null: boolean; default: string | null }[];
  readonly constraints: readonly { name: string; definition: string }[] | null;
  readonly indexes: readonly string[] | null;
  readonly policies:
    readonly { name: string; command: string; roles: string; using: string | null; check: string | null }[] | null;
  readonly triggers: readonly string[] | null;
  readonly grants: readonly { role: string; privileges: string }[] | null;
}

// Constraint triggers of foreign keys, and the indexes behind constraints, are part of those and not said again.
// NOT NULL is said with its column.
const TABLES = `
SELECT c.relname AS name, pg_get_userbyid(c.relowner) AS owner, array_to_string(c.reloptions, ', ') AS options,
  c.relrowsecurity AS secured, c.relforcerowsecurity AS forced,
  (SELECT json_agg(json_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod),
     'not_null', a.attnotnull, 'default', pg_get_expr(d.adbin, d.adrelid)) ORDER BY a.attnum)
   FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
   WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns,
  (SELECT json_agg(json_build_object('name', conname, 'definition', pg_get_constraintdef(k.oid))
     ORDER BY contype DESC, conname COLLATE "C")
   FROM pg_constraint k WHERE conrelid = c.oid AND contype <> 'n') AS constraints,
  (SELECT json_agg(pg_get_indexdef(indexrelid) ORDER BY indexrelid::regclass::text COLLATE "C")
   FROM pg_index i WHERE indrelid = c.oid
     AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.conrelid = c.oid)) AS indexes,
  (SELECT json_agg(json_build_object('name', policyname, 'command', cmd, 'using', qual, 'check', with_check,
     'roles', array_to_string(roles, ', ')) ORDER BY policyname COLLATE "C")
   FROM pg_policies p WHERE p.schemaname = 'public' AND p.tablename = c.relname) AS policies,
  (SELECT json_agg(pg_get_triggerdef(t.oid) ORDER BY tgname COLLATE "C") FROM pg_trigger t
   WHERE tgrelid = c.oid AND NOT tgisinternal) AS triggers,
  (SELECT json_agg(json_build_object('role', role, 'privileges', privileges) ORDER BY role COLLATE "C", privileges) FROM (
     SELECT coalesce(nullif(grantee, 0)::regrole::text, 'PUBLIC') AS role,
       string_agg(privilege_type, ', ' ORDER BY privilege_type COLLATE "C") AS privileges
     FROM aclexplode(c.relacl) WHERE grantee <> c.relowner GROUP BY 1
     UNION ALL
     SELECT grantee::regrole::text, string_agg(privilege_type || ' (' || attname || ')', ', ' ORDER BY attnum)
     FROM pg_attribute a, aclexplode(a.attacl) WHERE a.attrelid = c.oid GROUP BY 1) g) AS grants
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND c.relname <> 'pgmigrations'
ORDER BY c.relname COLLATE "C"`;

const FUNCTIONS = `
SELECT pg_get_functiondef(p.oid) AS definition, p.oid::regprocedure::text AS name, pg_get_userbyid(p.proowner) AS owner,
  coalesce((SELECT string_agg(DISTINCT coalesce(nullif(grantee, 0)::regrole::text, 'PUBLIC'), ', ')
            FROM aclexplode(p.proacl) WHERE grantee <> p.proowner),
           CASE WHEN p.proacl IS NULL THEN 'PUBLIC' END) AS callers
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE n.nspname = 'public' ORDER BY p.oid::regprocedure::text COLLATE "C"`;

const SCHEMA_GRANTS = `
SELECT coalesce(nullif(grantee, 0)::regrole::text, 'PUBLIC') AS role, privilege_type AS privilege
FROM pg_namespace n, aclexplode(n.nspacl) WHERE n.nspname = 'public' AND grantee <> n.nspowner
ORDER BY grantee::regrole::text COLLATE "C", privilege_type`;

/**
 * The schema as text, from the catalogs, the same for the same schema: `sql/schema.sql` is this text. It is there to be
 * read and compared; databases are made by the migrations. (`pg_dump` refuses a server newer than itself.)
 */
export async function dumpSchema(url: string): Promise<string> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const grants = await client.query<{ role: string; privilege: string }>(SCHEMA_GRANTS);
    const functions = await client.query<{ definition: string; name: string; owner: string; callers: string | null }>(
      FUNCTIONS,
    );
    const tables = await client.query<TableRow>(TABLES);
    return [
      '-- Written by src/store/dump-schema.ts from a migrated database; do not edit. Tests compare it with a fresh one.',
      grants.rows.map(({ role, privilege }) => `GRANT ${privilege} ON SCHEMA public TO ${role};`).join('\n'),
      ...functions.rows.map(
        ({ definition, name, owner, callers }) =>
          `${definition.trim()};\n-- owned by ${owner}; callable by: ${callers ?? 'its owner'} (${name})`,
      ),
      ...tables.rows.map(tableText),
    ]
      .join('\n\n')
      .concat('\n');
  } finally {
    await client.end();
  }
}

function tableText(table: TableRow): string {
  const columns = table.columns.map(
    (column) =>
      `  ${column.name} ${column.type}${column.not_null ? ' NOT NULL' : ''}${column.default === null ? '' : ` DEFAULT ${column.default}`}`,
  );
  const constraints = (table.constraints ?? []).map(({ name, definition }) => `  CONSTRAINT ${name} ${definition}`);
  const options = table.options === null || table.options === '' ? '' : ` WITH (${table.options})`;
  return [
    `CREATE TABLE ${table.name} (\n${[...columns, ...constraints].join(',\n')}\n)${options};`,
    `ALTER TABLE ${table.name} OWNER TO ${table.owner};`,
    ...(table.indexes ?? []).map((index) => `${index};`),
    ...(table.secured ? [`ALTER TABLE ${table.name} ENABLE ROW LEVEL SECURITY;`] : []),
    ...(table.forced ? [`ALTER TABLE ${table.name} FORCE ROW LEVEL SECURITY;`] : []),
    ...(table.policies ?? []).map(
      ({ name, command, roles, using, check }) =>
        `CREATE POLICY ${name} ON ${table.name} FOR ${command} TO ${roles}\n  USING ${using ?? '-'}\n  WITH CHECK ${check ?? '-'};`,
    ),
    ...(table.triggers ?? []).map((trigger) => `${trigger};`),
    ...(table.grants ?? []).map(({ role, privileges }) => `GRANT ${privileges} ON ${table.name} TO ${role};`),
  ].join('\n');
}
