-- Which run's end a closed row records: another run of the session is a reset, and opens the row again.
-- Null where nobody knew it: closed by the parent, or by an earlier release.
ALTER TABLE sessions ADD closed_run_id text;

-- The reconciler looks before there is a scope, at open sessions only, and only at those of its own Temporal namespace and Task
-- Queue (`home`): a session that another Temporal does not know has not ended. Null: begun under an earlier release.
ALTER TABLE session_index
  ADD is_open boolean NOT NULL DEFAULT true,
  ADD home text;
-- Forced row level security holds for the owner of the tables too.
ALTER TABLE sessions NO FORCE ROW LEVEL SECURITY;
UPDATE session_index i SET is_open = false
FROM sessions s
WHERE s.account_id = i.account_id AND s.project_id = i.project_id AND s.session_id = i.session_id AND s.status <> 'active';
ALTER TABLE sessions FORCE ROW LEVEL SECURITY;
CREATE INDEX session_index_open ON session_index (home, session_id) WHERE is_open;
-- Whose a session is stays as it is for ever.
GRANT UPDATE (is_open) ON session_index TO sw_rw;
