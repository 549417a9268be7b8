-- Contexts know which contexts they need; what a context's design names.
CREATE TABLE context_dependencies (
  account_id uuid NOT NULL,
  project_id uuid NOT NULL,
  context text NOT NULL,
  depends_on text NOT NULL,
  PRIMARY KEY (account_id, project_id, context, depends_on),
  FOREIGN KEY (account_id, project_id, context) REFERENCES contexts,
  FOREIGN KEY (account_id, project_id, depends_on) REFERENCES contexts,
  CHECK (context <> depends_on)
);
SELECT sw_protect('context_dependencies', true, 'SELECT, INSERT, DELETE');

ALTER TABLE projects
  ADD custom_toolchain jsonb,
  ADD forge jsonb,
  ADD bounds jsonb NOT NULL DEFAULT '{}',
  ADD CONSTRAINT projects_custom_toolchain_check CHECK ((toolchain = 'custom') = (custom_toolchain IS NOT NULL));

-- What is removed from a project is removed by `project apply --prune` alone; what sessions did to it stays with the sessions.
GRANT DELETE ON contexts, components, stories, rules TO sw_rw;

-- The catalog of session types is the code's; a new one needs no migration.
ALTER TABLE sessions DROP CONSTRAINT sessions_session_type_check;

-- Sessions keep the toolchain and the bounds they were started with; null for those started before this was kept.
ALTER TABLE sessions
  ADD base_branch text,
  ADD toolchain jsonb,
  ADD tests jsonb,
  ADD judged jsonb,
  ADD waivers jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(waivers) = 'array');

-- Null is unknown, which is not zero.
ALTER TABLE interactions
  ADD input_tokens bigint CHECK (input_tokens >= 0),
  ADD output_tokens bigint CHECK (output_tokens >= 0),
  ADD cost_usd numeric CHECK (cost_usd >= 0);
