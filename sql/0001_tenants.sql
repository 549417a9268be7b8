REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO sw_rw, sw_ro;

-- Every tenant table goes through this one function, so that none is protected by halves.
-- An unset `app.account` reads as '' after its transaction; nullif turns that into "no row" instead of a cast error.
CREATE FUNCTION sw_protect(target regclass, by_project boolean, rw_privileges text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  scope text := 'account_id = nullif(current_setting(''app.account'', true), '''')::uuid';
BEGIN
  IF by_project THEN
    scope := scope || ' AND project_id = nullif(current_setting(''app.project'', true), '''')::uuid';
  END IF;
  EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', target);
  EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', target);
  EXECUTE format('CREATE POLICY scope ON %s USING (%s) WITH CHECK (%s)', target, scope, scope);
  EXECUTE format('GRANT SELECT ON %s TO sw_ro', target);
  EXECUTE format('GRANT %s ON %s TO sw_rw', rw_privileges, target);
END
$$;
REVOKE ALL ON FUNCTION sw_protect(regclass, boolean, text) FROM PUBLIC;

CREATE TABLE accounts (
  account_id uuid PRIMARY KEY,
  name text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);
SELECT sw_protect('accounts', false, 'SELECT, INSERT, UPDATE');

CREATE TABLE users (
  account_id uuid NOT NULL REFERENCES accounts,
  user_id uuid NOT NULL,
  name text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (account_id, user_id)
);
SELECT sw_protect('users', false, 'SELECT, INSERT, UPDATE');

-- Seen by the whole account, so that it can list its projects; everything inside a project needs `app.project` too.
CREATE TABLE projects (
  account_id uuid NOT NULL REFERENCES accounts,
  project_id uuid NOT NULL,
  name text NOT NULL,
  description text NOT NULL DEFAULT '',
  toolchain text NOT NULL DEFAULT 'node',
  remote text NOT NULL DEFAULT '',
  default_branch text NOT NULL DEFAULT 'main',
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (account_id, project_id)
);
SELECT sw_protect('projects', false, 'SELECT, INSERT, UPDATE');

CREATE TABLE memberships (
  account_id uuid NOT NULL,
  project_id uuid NOT NULL,
  user_id uuid NOT NULL,
  role text NOT NULL DEFAULT 'member' CHECK (role IN ('owner', 'member')),
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (account_id, project_id, user_id),
  FOREIGN KEY (account_id, project_id) REFERENCES projects,
  FOREIGN KEY (account_id, user_id) REFERENCES users
);
SELECT sw_protect('memberships', true, 'SELECT, INSERT, UPDATE, DELETE');

CREATE TABLE api_keys (
  account_id uuid NOT NULL,
  key_id uuid NOT NULL,
  user_id uuid NOT NULL,
  name text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  revoked_at timestamptz,
  PRIMARY KEY (account_id, key_id),
  FOREIGN KEY (account_id, user_id) REFERENCES users
);
SELECT sw_protect('api_keys', false, 'SELECT, INSERT, UPDATE');

-- Lookup without a scope, ids only: who a key belongs to is known before anything else can be read.
CREATE TABLE api_key_index (
  key_hash text PRIMARY KEY CHECK (key_hash ~ '^[0-9a-f]{64}$'),
  account_id uuid NOT NULL,
  key_id uuid NOT NULL
);
GRANT SELECT, INSERT, DELETE ON api_key_index TO sw_rw;
GRANT SELECT ON api_key_index TO sw_ro;
