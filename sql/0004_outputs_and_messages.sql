-- Output bytes are kept exactly. Hash and size are there once the last chunk is.
CREATE TABLE outputs (
  account_id uuid NOT NULL,
  project_id uuid NOT NULL,
  output_id uuid NOT NULL,
  session_id text NOT NULL,
  command_id text NOT NULL,
  name text NOT NULL,
  sha256 text CHECK (sha256 ~ '^[0-9a-f]{64}$'),
  bytes bigint CHECK (bytes >= 0),
  created_at timestamptz NOT NULL DEFAULT now(),
  finished_at timestamptz,
  PRIMARY KEY (account_id, project_id, output_id),
  FOREIGN KEY (account_id, project_id, session_id) REFERENCES sessions,
  CONSTRAINT outputs_finished_check CHECK (num_nonnulls(sha256, bytes, finished_at) IN (0, 3))
);
CREATE INDEX outputs_by_command ON outputs (session_id, command_id);
SELECT sw_protect('outputs', true, 'SELECT, INSERT, UPDATE');

CREATE TABLE output_chunks (
  account_id uuid NOT NULL,
  project_id uuid NOT NULL,
  output_id uuid NOT NULL,
  number integer NOT NULL CHECK (number >= 0),
  content bytea NOT NULL CHECK (octet_length(content) BETWEEN 1 AND 262144),
  PRIMARY KEY (account_id, project_id, output_id, number),
  FOREIGN KEY (account_id, project_id, output_id) REFERENCES outputs
);
SELECT sw_protect('output_chunks', true, 'SELECT, INSERT');

-- One row per command: taking it again after expiry raises the fencing number.
CREATE TABLE leases (
  account_id uuid NOT NULL,
  project_id uuid NOT NULL,
  session_id text NOT NULL,
  command_id text NOT NULL,
  number integer NOT NULL CHECK (number >= 1),
  owner text NOT NULL,
  user_id uuid NOT NULL,
  taken_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (account_id, project_id, session_id, command_id),
  FOREIGN KEY (account_id, project_id, session_id) REFERENCES sessions,
  FOREIGN KEY (account_id, user_id) REFERENCES users
);
SELECT sw_protect('leases', true, 'SELECT, INSERT, UPDATE');

CREATE TABLE decisions (
  account_id uuid NOT NULL,
  project_id uuid NOT NULL,
  decision_id uuid NOT NULL,
  session_id text NOT NULL,
  user_id uuid NOT NULL,
  action text NOT NULL CHECK (action IN ('retry', 'extend', 'waive', 'fail')),
  reason text NOT NULL,
  detail jsonb,
  decided_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (account_id, project_id, decision_id),
  FOREIGN KEY (account_id, project_id, session_id) REFERENCES sessions,
  FOREIGN KEY (account_id, user_id) REFERENCES users
);
CREATE INDEX decisions_by_session ON decisions (session_id);
SELECT sw_protect('decisions', true, 'SELECT, INSERT');

-- Reports that came after the session was closed.
CREATE TABLE late_results (
  account_id uuid NOT NULL,
  project_id uuid NOT NULL,
  session_id text NOT NULL,
  command_id text NOT NULL,
  digest text NOT NULL,
  result jsonb NOT NULL,
  received_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (account_id, project_id, session_id, command_id, digest),
  FOREIGN KEY (account_id, project_id, session_id) REFERENCES sessions
);
SELECT sw_protect('late_results', true, 'SELECT, INSERT');

-- Second results for a command that has an accepted one.
CREATE TABLE result_conflicts (
  account_id uuid NOT NULL,
  project_id uuid NOT NULL,
  session_id text NOT NULL,
  command_id text NOT NULL,
  digest text NOT NULL,
  accepted_digest text NOT NULL,
  result jsonb NOT NULL,
  received_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (account_id, project_id, session_id, command_id, digest),
  FOREIGN KEY (account_id, project_id, session_id) REFERENCES sessions
);
SELECT sw_protect('result_conflicts', true, 'SELECT, INSERT');

CREATE TABLE idempotency_keys (
  account_id uuid NOT NULL,
  project_id uuid NOT NULL,
  key text NOT NULL CHECK (length(key) BETWEEN 1 AND 200),
  request_digest text NOT NULL,
  session_id text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (account_id, project_id, key),
  FOREIGN KEY (account_id, project_id) REFERENCES projects
);
SELECT sw_protect('idempotency_keys', true, 'SELECT, INSERT, DELETE');
