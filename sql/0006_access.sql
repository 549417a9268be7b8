-- What members and keys may do: viewer reads, developer works on sessions, admin also changes keys and members.
ALTER TABLE memberships DROP CONSTRAINT memberships_role_check;
ALTER TABLE memberships ALTER role SET DEFAULT 'developer';
-- Forced row level security holds for the owner of the tables too.
ALTER TABLE memberships NO FORCE ROW LEVEL SECURITY;
UPDATE memberships SET role = CASE role WHEN 'owner' THEN 'admin' ELSE 'developer' END;
ALTER TABLE memberships FORCE ROW LEVEL SECURITY;
ALTER TABLE memberships ADD CHECK (role IN ('viewer', 'developer', 'admin'));

-- A key stands for one user in one project; nobody could make one before.
DROP TABLE api_keys;
CREATE TABLE api_keys (
  account_id uuid NOT NULL,
  project_id uuid NOT NULL,
  key_id uuid NOT NULL,
  user_id uuid NOT NULL,
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  role text NOT NULL CHECK (role IN ('viewer', 'developer', 'admin')),
  -- The first characters, by which people know it again.
  prefix text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz,
  revoked_at timestamptz,
  PRIMARY KEY (account_id, project_id, key_id),
  FOREIGN KEY (account_id, project_id, user_id) REFERENCES memberships
);
SELECT sw_protect('api_keys', true, 'SELECT, INSERT, UPDATE, DELETE');

-- Looked up before any scope is known: ids only.
ALTER TABLE api_key_index ADD project_id uuid NOT NULL;
GRANT UPDATE ON api_key_index TO sw_rw;

-- Outputs that a client uploads in pieces: what it announced, to compare with at the end.
ALTER TABLE outputs ADD announced_sha256 text CHECK (announced_sha256 ~ '^[0-9a-f]{64}$'),
  ADD announced_bytes bigint CHECK (announced_bytes BETWEEN 0 AND 52428800);

CREATE UNIQUE INDEX api_key_index_by_key ON api_key_index (account_id, project_id, key_id);

-- A decision from the Temporal Web UI names whoever made it, who need not be a user here.
ALTER TABLE decisions DROP CONSTRAINT decisions_account_id_user_id_fkey, ALTER user_id TYPE text;
