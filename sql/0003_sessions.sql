-- Lookup without a scope, ids only. A session id is a Workflow Id and belongs to one project for ever: no UPDATE is granted.
CREATE TABLE session_index (
  session_id text PRIMARY KEY,
  account_id uuid NOT NULL,
  project_id uuid NOT NULL
);
GRANT SELECT, INSERT ON session_index TO sw_rw;
GRANT SELECT ON session_index TO sw_ro;

-- Context and component are names, not references: what a session did outlives the model it was done for.
CREATE TABLE sessions (
  account_id uuid NOT NULL,
  project_id uuid NOT NULL,
  session_id text NOT NULL CHECK (session_id ~ '^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$'),
  user_id uuid NOT NULL,
  session_type text NOT NULL CHECK (session_type IN (
    'contextDesign', 'contextComponentsDesign', 'contextCoding', 'contextTesting',
    'componentDesign', 'componentDesignReview', 'componentCoding', 'componentTesting')),
  context text NOT NULL,
  component text,
  status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'complete', 'failed', 'cancelled')),
  mode text NOT NULL CHECK (mode IN ('manual', 'auto', 'agentic')),
  executor_queue text,
  on_exhausted text NOT NULL DEFAULT 'wait' CHECK (on_exhausted IN ('wait', 'fail')),
  bounds jsonb NOT NULL DEFAULT '{}',
  parent_session_id text,
  parent_branch text,
  root_session_id text NOT NULL,
  attempt integer NOT NULL DEFAULT 1 CHECK (attempt >= 1),
  step text,
  seq integer NOT NULL DEFAULT 0 CHECK (seq >= 0),
  waiting_on text CHECK (waiting_on IN ('client', 'executor', 'children', 'slot', 'decision', 'quota', 'system')),
  waiting_since timestamptz,
  waiting_reason text,
  workspace text,
  branch text,
  base_sha text,
  commit_sha text,
  remote_sha text,
  pull_request jsonb,
  last_failure jsonb,
  failure jsonb,
  revision integer NOT NULL DEFAULT 0 CHECK (revision >= 0),
  created_at timestamptz NOT NULL DEFAULT now(),
  closed_at timestamptz,
  FOREIGN KEY (account_id, project_id) REFERENCES projects,
  FOREIGN KEY (account_id, user_id) REFERENCES users,
  CONSTRAINT sessions_closed_check CHECK ((status = 'active') = (closed_at IS NULL)),
  CONSTRAINT sessions_closed_waits_for_nothing CHECK (status = 'active' OR waiting_on IS NULL)
) WITH (fillfactor = 80);
-- No index names a column that changes with every step, so that those updates stay in their page.
-- The order of these matters until the first ANALYZE: without statistics every index that starts with the scope looks
-- equally good, and the newest wins. One row by its id must come from the primary key, not from a walk through the project.
CREATE INDEX sessions_by_time ON sessions (account_id, project_id, created_at DESC, session_id DESC);
CREATE INDEX sessions_active ON sessions (account_id, project_id, created_at DESC, session_id DESC)
  WHERE status = 'active';
ALTER TABLE sessions ADD PRIMARY KEY (account_id, project_id, session_id);
ALTER TABLE sessions ADD FOREIGN KEY (account_id, project_id, parent_session_id) REFERENCES sessions;
CREATE INDEX sessions_by_parent ON sessions (parent_session_id) WHERE parent_session_id IS NOT NULL;
CREATE INDEX sessions_by_root ON sessions (root_session_id, component);
SELECT sw_protect('sessions', true, 'SELECT, INSERT, UPDATE');

CREATE TABLE interactions (
  account_id uuid NOT NULL,
  project_id uuid NOT NULL,
  session_id text NOT NULL,
  seq integer NOT NULL CHECK (seq >= 1),
  command_id text NOT NULL,
  step text NOT NULL,
  kind text CHECK (kind IN (
    'prepare_workspace', 'agent', 'check_document', 'run_tests', 'spawn_children', 'finalize')),
  status text NOT NULL CHECK (status IN ('pending', 'ok', 'warning', 'error', 'superseded')),
  command jsonb,
  result jsonb,
  verdict jsonb,
  failure jsonb,
  source text CHECK (source IN ('observed', 'claimed')),
  digest text,
  opened_at timestamptz NOT NULL DEFAULT now(),
  completed_at timestamptz,
  PRIMARY KEY (account_id, project_id, session_id, seq, command_id),
  FOREIGN KEY (account_id, project_id, session_id) REFERENCES sessions,
  CONSTRAINT interactions_command_check CHECK ((kind IS NULL) = (command IS NULL)),
  CONSTRAINT interactions_completed_check CHECK (
    CASE status
      WHEN 'pending' THEN completed_at IS NULL AND verdict IS NULL AND command IS NOT NULL
      WHEN 'superseded' THEN true
      ELSE completed_at IS NOT NULL AND verdict IS NOT NULL
    END)
) WITH (fillfactor = 80);
-- One open command per session.
CREATE UNIQUE INDEX interactions_one_pending ON interactions (account_id, project_id, session_id)
  WHERE status = 'pending';
SELECT sw_protect('interactions', true, 'SELECT, INSERT, UPDATE');

CREATE TABLE session_events (
  account_id uuid NOT NULL,
  project_id uuid NOT NULL,
  session_id text NOT NULL,
  revision integer NOT NULL CHECK (revision >= 1),
  at timestamptz NOT NULL DEFAULT now(),
  type text NOT NULL,
  data jsonb NOT NULL,
  PRIMARY KEY (account_id, project_id, session_id, revision),
  FOREIGN KEY (account_id, project_id, session_id) REFERENCES sessions
);
SELECT sw_protect('session_events', true, 'SELECT, INSERT');

CREATE TABLE session_children (
  account_id uuid NOT NULL,
  project_id uuid NOT NULL,
  parent_session_id text NOT NULL,
  component text NOT NULL,
  attempt integer NOT NULL CHECK (attempt >= 1),
  child_session_id text NOT NULL,
  status text NOT NULL CHECK (status IN ('planned', 'active', 'complete', 'failed', 'cancelled')),
  branch text,
  commit_sha text,
  merged_as text,
  failure jsonb,
  fix_rounds integer NOT NULL DEFAULT 0 CHECK (fix_rounds >= 0),
  PRIMARY KEY (account_id, project_id, parent_session_id, component, attempt),
  UNIQUE (account_id, project_id, child_session_id),
  FOREIGN KEY (account_id, project_id, parent_session_id) REFERENCES sessions,
  FOREIGN KEY (account_id, project_id, child_session_id) REFERENCES sessions
);
SELECT sw_protect('session_children', true, 'SELECT, INSERT, UPDATE');
