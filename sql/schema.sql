-- Written by src/store/dump-schema.ts from a migrated database; do not edit. Tests compare it with a fresh one.

GRANT USAGE ON SCHEMA public TO sw_metrics;
GRANT USAGE ON SCHEMA public TO sw_ro;
GRANT USAGE ON SCHEMA public TO sw_rw;

CREATE OR REPLACE FUNCTION public.sw_count_active_sessions(of_home text)
 RETURNS TABLE(session_type text, step text, waiting_on text, sessions integer, oldest_wait double precision)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public'
AS $function$
  SELECT s.session_type, s.step, coalesce(s.waiting_on, 'system'), count(*)::integer,
    coalesce(greatest(max(extract(epoch FROM clock_timestamp() - s.waiting_since)), 0), 0)::double precision
  FROM session_index i JOIN sessions s USING (account_id, project_id, session_id)
  WHERE i.home = of_home AND i.is_open AND s.status = 'active'
  GROUP BY 1, 2, 3
$function$;
-- owned by sw_metrics; callable by: sw_rw (sw_count_active_sessions(text))

CREATE OR REPLACE FUNCTION public.sw_count_closed_sessions(of_home text)
 RETURNS TABLE(session_type text, step text, status text, sessions integer)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public'
AS $function$
  SELECT s.session_type, s.step, s.status, count(*)::integer
  FROM sessions s JOIN session_index i USING (session_id)
  WHERE s.closed_at > now() - interval '1 day' AND i.home = of_home
  GROUP BY 1, 2, 3
$function$;
-- owned by sw_metrics; callable by: sw_rw (sw_count_closed_sessions(text))

CREATE OR REPLACE FUNCTION public.sw_count_open_commands(of_home text)
 RETURNS TABLE(kind text, commands integer, oldest_age double precision)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public'
AS $function$
  SELECT c.kind, count(*)::integer,
    greatest(max(extract(epoch FROM clock_timestamp() - c.opened_at)), 0)::double precision
  FROM session_index i JOIN interactions c USING (account_id, project_id, session_id)
  WHERE i.home = of_home AND i.is_open AND c.status = 'pending'
  GROUP BY 1
$function$;
-- owned by sw_metrics; callable by: sw_rw (sw_count_open_commands(text))

CREATE OR REPLACE FUNCTION public.sw_fan_out()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  WITH d AS (
    INSERT INTO webhook_deliveries (account_id, project_id, delivery_id, webhook_id, type, session_id, revision, at)
    SELECT e.account_id, e.project_id, gen_random_uuid(), w.webhook_id, e.type, e.session_id, e.revision, e.at
    FROM new_events e JOIN webhooks w ON w.account_id = e.account_id AND w.project_id = e.project_id
    WHERE w.disabled_at IS NULL AND w.deleted_at IS NULL AND (w.types IS NULL OR e.type = ANY (w.types))
    RETURNING account_id, project_id, delivery_id, webhook_id, next_try_at
  )
  INSERT INTO webhook_due (account_id, project_id, delivery_id, webhook_id, due_at) SELECT * FROM d;
  RETURN NULL;
END
$function$;
-- owned by sw_owner; callable by: its owner (sw_fan_out())

CREATE OR REPLACE FUNCTION public.sw_protect(target regclass, by_project boolean, rw_privileges text)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
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
$function$;
-- owned by sw_owner; callable by: its owner (sw_protect(regclass,boolean,text))

CREATE TABLE accounts (
  account_id uuid NOT NULL,
  name text NOT NULL,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT accounts_pkey PRIMARY KEY (account_id)
);
ALTER TABLE accounts OWNER TO sw_owner;
ALTER TABLE accounts ENABLE ROW LEVEL SECURITY;
ALTER TABLE accounts FORCE ROW LEVEL SECURITY;
CREATE POLICY scope ON accounts FOR ALL TO public
  USING (account_id = (NULLIF(current_setting('app.account'::text, true), ''::text))::uuid)
  WITH CHECK (account_id = (NULLIF(current_setting('app.account'::text, true), ''::text))::uuid);
GRANT SELECT ON accounts TO sw_ro;
GRANT INSERT, SELECT, UPDATE ON accounts TO sw_rw;

CREATE TABLE api_key_index (
  key_hash text NOT NULL,
  account_id uuid NOT NULL,
  key_id uuid NOT NULL,
  project_id uuid NOT NULL,
  CONSTRAINT api_key_index_pkey PRIMARY KEY (key_hash),
  CONSTRAINT api_key_index_key_hash_check CHECK ((key_hash ~ '^[0-9a-f]{64}$'::text))
);
ALTER TABLE api_key_index OWNER TO sw_owner;
CREATE UNIQUE INDEX api_key_index_by_key ON public.api_key_index USING btree (account_id, project_id, key_id);
GRANT SELECT ON api_key_index TO sw_ro;
GRANT DELETE, INSERT, SELECT, UPDATE ON api_key_index TO sw_rw;

CREATE TABLE api_keys (
  account_id uuid NOT NULL,
  project_id uuid NOT NULL,
  key_id uuid NOT NULL,
  user_id uuid NOT NULL,
  name text NOT NULL,
  role text NOT NULL,
  prefix text NOT NULL,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  expires_at timestamp with time zone,
  revoked_at timestamp with time zone,
  CONSTRAINT api_keys_pkey PRIMARY KEY (account_id, project_id, key_id),
  CONSTRAINT api_keys_account_id_project_id_user_id_fkey FOREIGN KEY (account_id, project_id, user_id) REFERENCES memberships(account_id, project_id, user_id),
  CONSTRAINT api_keys_name_check CHECK (((length(name) >= 1) AND (length(name) <= 200))),
  CONSTRAINT api_keys_role_check CHECK ((role = ANY (ARRAY['viewer'::text, 'developer'::text, 'admin'::text])))
);
ALTER TABLE api_keys OWNER TO sw_owner;
ALTER TABLE api_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE api_keys FORCE ROW LEVEL SECURITY;
CREATE POLICY scope ON api_keys FOR ALL TO public
  USING ((account_id = (NULLIF(current_setting('app.account'::text, true), ''::text))::uuid) AND (project_id = (NULLIF(current_setting('app.project'::text, true), ''::text))::uuid))
  WITH CHECK ((account_id = (NULLIF(current_setting('app.account'::text, true), ''::text))::uuid) AND (project_id = (NULLIF(current_setting('app.project'::text, true), ''::text))::uuid));
GRANT SELECT ON api_keys TO sw_ro;
GRANT DELETE, INSERT, SELECT, UPDATE ON api_keys TO sw_rw;

CREATE TABLE component_dependencies (
  account_id uuid NOT NULL,
  project_id uuid NOT NULL,
  component text NOT NULL,
  depends_on text NOT NULL,
  CONSTRAINT component_dependencies_pkey PRIMARY KEY (account_id, project_id, component, depends_on),
  CONSTRAINT component_dependencies_account_id_project_id_component_fkey FOREIGN KEY (account_id, project_id, component) REFERENCES components(account_id, project_id, name),
  CONSTRAINT component_dependencies_account_id_project_id_depends_on_fkey FOREIGN KEY (account_id, project_id, depends_on) REFERENCES components(account_id, project_id, name),
  CONSTRAINT component_dependencies_check CHECK ((component <> depends_on))
);
ALTER TABLE component_dependencies OWNER TO sw_owner;
ALTER TABLE component_dependencies ENABLE ROW LEVEL SECURITY;
ALTER TABLE component_dependencies FORCE ROW LEVEL SECURITY;
CREATE POLICY scope ON component_dependencies FOR ALL TO public
  USING ((account_id = (NULLIF(current_setting('app.account'::text, true), ''::text))::uuid) AND (project_id = (NULLIF(current_setting('app.project'::text, true), ''::text))::uuid))
  WITH CHECK ((account_id = (NULLIF(current_setting('app.account'::text, true), ''::text))::uuid) AND (project_id = (NULLIF(current_setting('app.project'::text, true), ''::text))::uuid));
GRANT SELECT ON component_dependencies TO sw_ro;
GRANT DELETE, INSERT, SELECT ON component_dependencies TO sw_rw;

CREATE TABLE components (
  account_id uuid NOT NULL,
  project_id uuid NOT NULL,
  name text NOT NULL,
  context text NOT NULL,
  type text NOT NULL,
  description text NOT NULL,
  priority integer NOT NULL,
  CONSTRAINT components_pkey PRIMARY KEY (account_id, project_id, name),
  CONSTRAINT components_account_id_project_id_context_fkey FOREIGN KEY (account_id, project_id, context) REFERENCES contexts(account_id, project_id, name),
  CONSTRAINT components_name_check CHECK (((length(name) >= 1) AND (length(name) <= 100)))
);
ALTER TABLE components OWNER TO sw_owner;
CREATE INDEX components_by_context ON public.components USING btree (account_id, project_id, context);
ALTER TABLE components ENABLE ROW LEVEL SECURITY;
ALTER TABLE components FORCE ROW LEVEL SECURITY;
CREATE POLICY scope ON components FOR ALL TO public
  USING ((account_id = (NULLIF(current_setting('app.account'::text, true), ''::text))::uuid) AND (project_id = (NULLIF(current_setting('app.project'::text, true), ''::text))::uuid))
  WITH CHECK ((account_id = (NULLIF(current_setting('app.account'::text, true), ''::text))::uuid) AND (project_id = (NULLIF(current_setting('app.project'::text, true), ''::text))::uuid));
GRANT SELECT ON components TO sw_ro;
GRANT DELETE, INSERT, SELECT, UPDATE ON components TO sw_rw;

CREATE TABLE context_dependencies (
  account_id uuid NOT NULL,
  project_id uuid NOT NULL,
  context text NOT NULL,
  depends_on text NOT NULL,
  CONSTRAINT context_dependencies_pkey PRIMARY KEY (account_id, project_id, context, depends_on),
  CONSTRAINT context_dependencies_account_id_project_id_context_fkey FOREIGN KEY (account_id, project_id, context) REFERENCES contexts(account_id, project_id, name),
  CONSTRAINT context_dependencies_account_id_project_id_depends_on_fkey FOREIGN KEY (account_id, project_id, depends_on) REFERENCES contexts(account_id, project_id, name),
  CONSTRAINT context_dependencies_check CHECK ((context <> depends_on))
);
ALTER TABLE context_dependencies OWNER TO sw_owner;
ALTER TABLE context_dependencies ENABLE ROW LEVEL SECURITY;
ALTER TABLE context_dependencies FORCE ROW LEVEL SECURITY;
CREATE POLICY scope ON context_dependencies FOR ALL TO public
  USING ((account_id = (NULLIF(current_setting('app.account'::text, true), ''::text))::uuid) AND (project_id = (NULLIF(current_setting('app.project'::text, true), ''::text))::uuid))
  WITH CHECK ((account_id = (NULLIF(current_setting('app.account'::text, true), ''::text))::uuid) AND (project_id = (NULLIF(current_setting('app.project'::text, true), ''::text))::uuid));
GRANT SELECT ON context_dependencies TO sw_ro;
GRANT DELETE, INSERT, SELECT ON context_dependencies TO sw_rw;

CREATE TABLE contexts (
  account_id uuid NOT NULL,
  project_id uuid NOT NULL,
  name text NOT NULL,
  description text NOT NULL,
  CONSTRAINT contexts_pkey PRIMARY KEY (account_id, project_id, name),
  CONSTRAINT contexts_account_id_project_id_fkey FOREIGN KEY (account_id, project_id) REFERENCES projects(account_id, project_id),
  CONSTRAINT contexts_name_check CHECK (((length(name) >= 1) AND (length(name) <= 100)))
);
ALTER TABLE contexts OWNER TO sw_owner;
ALTER TABLE contexts ENABLE ROW LEVEL SECURITY;
ALTER TABLE contexts FORCE ROW LEVEL SECURITY;
CREATE POLICY scope ON contexts FOR ALL TO public
  USING ((account_id = (NULLIF(current_setting('app.account'::text, true), ''::text))::uuid) AND (project_id = (NULLIF(current_setting('app.project'::text, true), ''::text))::uuid))
  WITH CHECK ((account_id = (NULLIF(current_setting('app.account'::text, true), ''::text))::uuid) AND (project_id = (NULLIF(current_setting('app.project'::text, true), ''::text))::uuid));
GRANT SELECT ON contexts TO sw_ro;
GRANT DELETE, INSERT, SELECT, UPDATE ON contexts TO sw_rw;

CREATE TABLE decisions (
  account_id uuid NOT NULL,
  project_id uuid NOT NULL,
  decision_id uuid NOT NULL,
  session_id text NOT NULL,
  user_id text NOT NULL,
  action text NOT NULL,
  reason text NOT NULL,
  detail jsonb,
  decided_at timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT decisions_pkey PRIMARY KEY (account_id, project_id, decision_id),
  CONSTRAINT decisions_account_id_project_id_session_id_fkey FOREIGN KEY (account_id, project_id, session_id) REFERENCES sessions(account_id, project_id, session_id),
  CONSTRAINT decisions_action_check CHECK ((action = ANY (ARRAY['retry'::text, 'extend'::text, 'waive'::text, 'fail'::text])))
);
ALTER TABLE decisions OWNER TO sw_owner;
CREATE INDEX decisions_by_session ON public.decisions USING btree (session_id);
ALTER TABLE decisions ENABLE ROW LEVEL SECURITY;
ALTER TABLE decisions FORCE ROW LEVEL SECURITY;
CREATE POLICY scope ON decisions FOR ALL TO public
  USING ((account_id = (NULLIF(current_setting('app.account'::text, true), ''::text))::uuid) AND (project_id = (NULLIF(current_setting('app.project'::text, true), ''::text))::uuid))
  WITH CHECK ((account_id = (NULLIF(current_setting('app.account'::text, true), ''::text))::uuid) AND (project_id = (NULLIF(current_setting('app.project'::text, true), ''::text))::uuid));
GRANT SELECT ON decisions TO sw_ro;
GRANT INSERT, SELECT ON decisions TO sw_rw;

CREATE TABLE idempotency_keys (
  account_id uuid NOT NULL,
  project_id uuid NOT NULL,
  key text NOT NULL,
  request_digest text NOT NULL,
  session_id text NOT NULL,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT idempotency_keys_pkey PRIMARY KEY (account_id, project_id, key),
  CONSTRAINT idempotency_keys_account_id_project_id_fkey FOREIGN KEY (account_id, project_id) REFERENCES projects(account_id, project_id),
  CONSTRAINT idempotency_keys_key_check CHECK (((length(key) >= 1) AND (length(key) <= 200)))
);
ALTER TABLE idempotency_keys OWNER TO sw_owner;
ALTER TABLE idempotency_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE idempotency_keys FORCE ROW LEVEL SECURITY;
CREATE POLICY scope ON idempotency_keys FOR ALL TO public
  USING ((account_id = (NULLIF(current_setting('app.account'::text, true), ''::text))::uuid) AND (project_id = (NULLIF(current_setting('app.project'::text, true), ''::text))::uuid))
  WITH CHECK ((account_id = (NULLIF(current_setting('app.account'::text, true), ''::text))::uuid) AND (project_id = (NULLIF(current_setting('app.project'::text, true), ''::text))::uuid));
GRANT SELECT ON idempotency_keys TO sw_ro;
GRANT DELETE, INSERT, SELECT ON idempotency_keys TO sw_rw;

CREATE TABLE interactions (
  account_id uuid NOT NULL,
  project_id uuid NOT NULL,
  session_id text NOT NULL,
  seq integer NOT NULL,
  command_id text NOT NULL,
  step text NOT NULL,
  kind text,
  status text NOT NULL,
  command jsonb,
  result jsonb,
  verdict jsonb,
  failure jsonb,
  source text,
  digest text,
  opened_at timestamp with time zone NOT NULL DEFAULT now(),
  completed_at timestamp with time zone,
  input_tokens bigint,
  output_tokens bigint,
  cost_usd numeric,
  CONSTRAINT interactions_pkey PRIMARY KEY (account_id, project_id, session_id, seq, command_id),
  CONSTRAINT interactions_account_id_project_id_session_id_fkey FOREIGN KEY (account_id, project_id, session_id) REFERENCES sessions(account_id, project_id, session_id),
  CONSTRAINT interactions_command_check CHECK (((kind IS NULL) = (command IS NULL))),
  CONSTRAINT interactions_completed_check CHECK (
CASE status
    WHEN 'pending'::text THEN ((completed_at IS NULL) AND (verdict IS NULL) AND (command IS NOT NULL))
    WHEN 'superseded'::text THEN true
    ELSE ((completed_at IS NOT NULL) AND (verdict IS NOT NULL))
END),
  CONSTRAINT interactions_cost_usd_check CHECK ((cost_usd >= (0)::numeric)),
  CONSTRAINT interactions_input_tokens_check CHECK ((input_tokens >= 0)),
  CONSTRAINT interactions_kind_check CHECK ((kind = ANY (ARRAY['prepare_workspace'::text, 'agent'::text, 'check_document'::text, 'run_tests'::text, 'spawn_children'::text, 'finalize'::text]))),
  CONSTRAINT interactions_output_tokens_check CHECK ((output_tokens >= 0)),
  CONSTRAINT interactions_seq_check CHECK ((seq >= 1)),
  CONSTRAINT interactions_source_check CHECK ((source = ANY (ARRAY['observed'::text, 'claimed'::text]))),
  CONSTRAINT interactions_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'ok'::text, 'warning'::text, 'error'::text, 'superseded'::text])))
) WITH (fillfactor=80);
ALTER TABLE interactions OWNER TO sw_owner;
CREATE UNIQUE INDEX interactions_one_pending ON public.interactions USING btree (account_id, project_id, session_id) WHERE (status = 'pending'::text);
ALTER TABLE interactions ENABLE ROW LEVEL SECURITY;
ALTER TABLE interactions FORCE ROW LEVEL SECURITY;
CREATE POLICY counted ON interactions FOR SELECT TO sw_metrics
  USING true
  WITH CHECK -;
CREATE POLICY scope ON interactions FOR ALL TO public
  USING ((account_id = (NULLIF(current_setting('app.account'::text, true), ''::text))::uuid) AND (project_id = (NULLIF(current_setting('app.project'::text, true), ''::text))::uuid))
  WITH CHECK ((account_id = (NULLIF(current_setting('app.account'::text, true), ''::text))::uuid) AND (project_id = (NULLIF(current_setting('app.project'::text, true), ''::text))::uuid));
GRANT SELECT (account_id), SELECT (project_id), SELECT (session_id), SELECT (kind), SELECT (status), SELECT (opened_at) ON interactions TO sw_metrics;
GRANT SELECT ON interactions TO sw_ro;
GRANT INSERT, SELECT, UPDATE ON interactions TO sw_rw;

CREATE TABLE late_results (
  account_id uuid NOT NULL,
  project_id uuid NOT NULL,
  session_id text NOT NULL,
  command_id text NOT NULL,
  digest text NOT NULL,
  result jsonb NOT NULL,
  received_at timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT late_results_pkey PRIMARY KEY (account_id, project_id, session_id, command_id, digest),
  CONSTRAINT late_results_account_id_project_id_session_id_fkey FOREIGN KEY (account_id, project_id, session_id) REFERENCES sessions(account_id, project_id, session_id)
);
ALTER TABLE late_results OWNER TO sw_owner;
ALTER TABLE late_results ENABLE ROW LEVEL SECURITY;
ALTER TABLE late_results FORCE ROW LEVEL SECURITY;
CREATE POLICY scope ON late_results FOR ALL TO public
  USING ((account_id = (NULLIF(current_setting('app.account'::text, true), ''::text))::uuid) AND (project_id = (NULLIF(current_setting('app.project'::text, true), ''::text))::uuid))
  WITH CHECK ((account_id = (NULLIF(current_setting('app.account'::text, true), ''::text))::uuid) AND (project_id = (NULLIF(current_setting('app.project'::text, true), ''::text))::uuid));
GRANT SELECT ON late_results TO sw_ro;
GRANT INSERT, SELECT ON late_results TO sw_rw;

CREATE TABLE leases (
  account_id uuid NOT NULL,
  project_id uuid NOT NULL,
  session_id text NOT NULL,
  command_id text NOT NULL,
  number integer NOT NULL,
  owner text NOT NULL,
  user_id uuid NOT NULL,
  taken_at timestamp with time zone NOT NULL DEFAULT now(),
  expires_at timestamp with time zone NOT NULL,
  ttl_ms integer,
  noticed text,
  CONSTRAINT leases_pkey PRIMARY KEY (account_id, project_id, session_id, command_id),
  CONSTRAINT leases_account_id_project_id_session_id_fkey FOREIGN KEY (account_id, project_id, session_id) REFERENCES sessions(account_id, project_id, session_id),
  CONSTRAINT leases_account_id_user_id_fkey FOREIGN KEY (account_id, user_id) REFERENCES users(account_id, user_id),
  CONSTRAINT leases_noticed_check CHECK ((noticed = ANY (ARRAY['reminded'::text, 'gone'::text, 'released'::text]))),
  CONSTRAINT leases_number_check CHECK ((number >= 1)),
  CONSTRAINT leases_ttl_ms_check CHECK ((ttl_ms > 0))
);
ALTER TABLE leases OWNER TO sw_owner;
ALTER TABLE leases ENABLE ROW LEVEL SECURITY;
ALTER TABLE leases FORCE ROW LEVEL SECURITY;
CREATE POLICY scope ON leases FOR ALL TO public
  USING ((account_id = (NULLIF(current_setting('app.account'::text, true), ''::text))::uuid) AND (project_id = (NULLIF(current_setting('app.project'::text, true), ''::text))::uuid))
  WITH CHECK ((account_id = (NULLIF(current_setting('app.account'::text, true), ''::text))::uuid) AND (project_id = (NULLIF(current_setting('app.project'::text, true), ''::text))::uuid));
GRANT SELECT ON leases TO sw_ro;
GRANT INSERT, SELECT, UPDATE ON leases TO sw_rw;

CREATE TABLE memberships (
  account_id uuid NOT NULL,
  project_id uuid NOT NULL,
  user_id uuid NOT NULL,
  role text NOT NULL DEFAULT 'developer'::text,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  name text,
  CONSTRAINT memberships_pkey PRIMARY KEY (account_id, project_id, user_id),
  CONSTRAINT memberships_account_id_project_id_fkey FOREIGN KEY (account_id, project_id) REFERENCES projects(account_id, project_id),
  CONSTRAINT memberships_account_id_user_id_fkey FOREIGN KEY (account_id, user_id) REFERENCES users(account_id, user_id),
  CONSTRAINT memberships_role_check CHECK ((role = ANY (ARRAY['viewer'::text, 'developer'::text, 'admin'::text])))
);
ALTER TABLE memberships OWNER TO sw_owner;
ALTER TABLE memberships ENABLE ROW LEVEL SECURITY;
ALTER TABLE memberships FORCE ROW LEVEL SECURITY;
CREATE POLICY scope ON memberships FOR ALL TO public
  USING ((account_id = (NULLIF(current_setting('app.account'::text, true), ''::text))::uuid) AND (project_id = (NULLIF(current_setting('app.project'::text, true), ''::text))::uuid))
  WITH CHECK ((account_id = (NULLIF(current_setting('app.account'::text, true), ''::text))::uuid) AND (project_id = (NULLIF(current_setting('app.project'::text, true), ''::text))::uuid));
GRANT SELECT ON memberships TO sw_ro;
GRANT DELETE, INSERT, SELECT, UPDATE ON memberships TO sw_rw;

CREATE TABLE output_chunks (
  account_id uuid NOT NULL,
  project_id uuid NOT NULL,
  output_id uuid NOT NULL,
  number integer NOT NULL,
  content bytea NOT NULL,
  CONSTRAINT output_chunks_pkey PRIMARY KEY (account_id, project_id, output_id, number),
  CONSTRAINT output_chunks_account_id_project_id_output_id_fkey FOREIGN KEY (account_id, project_id, output_id) REFERENCES outputs(account_id, project_id, output_id),
  CONSTRAINT output_chunks_content_check CHECK (((octet_length(content) >= 1) AND (octet_length(content) <= 262144))),
  CONSTRAINT output_chunks_number_check CHECK ((number >= 0))
);
ALTER TABLE output_chunks OWNER TO sw_owner;
ALTER TABLE output_chunks ENABLE ROW LEVEL SECURITY;
ALTER TABLE output_chunks FORCE ROW LEVEL SECURITY;
CREATE POLICY scope ON output_chunks FOR ALL TO public
  USING ((account_id = (NULLIF(current_setting('app.account'::text, true), ''::text))::uuid) AND (project_id = (NULLIF(current_setting('app.project'::text, true), ''::text))::uuid))
  WITH CHECK ((account_id = (NULLIF(current_setting('app.account'::text, true), ''::text))::uuid) AND (project_id = (NULLIF(current_setting('app.project'::text, true), ''::text))::uuid));
GRANT SELECT ON output_chunks TO sw_ro;
GRANT INSERT, SELECT ON output_chunks TO sw_rw;

CREATE TABLE outputs (
  account_id uuid NOT NULL,
  project_id uuid NOT NULL,
  output_id uuid NOT NULL,
  session_id text NOT NULL,
  command_id text NOT NULL,
  name text NOT NULL,
  sha256 text,
  bytes bigint,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  finished_at timestamp with time zone,
  announced_sha256 text,
  announced_bytes bigint,
  CONSTRAINT outputs_pkey PRIMARY KEY (account_id, project_id, output_id),
  CONSTRAINT outputs_account_id_project_id_session_id_fkey FOREIGN KEY (account_id, project_id, session_id) REFERENCES sessions(account_id, project_id, session_id),
  CONSTRAINT outputs_announced_bytes_check CHECK (((announced_bytes >= 0) AND (announced_bytes <= 52428800))),
  CONSTRAINT outputs_announced_sha256_check CHECK ((announced_sha256 ~ '^[0-9a-f]{64}$'::text)),
  CONSTRAINT outputs_bytes_check CHECK ((bytes >= 0)),
  CONSTRAINT outputs_finished_check CHECK ((num_nonnulls(sha256, bytes, finished_at) = ANY (ARRAY[0, 3]))),
  CONSTRAINT outputs_sha256_check CHECK ((sha256 ~ '^[0-9a-f]{64}$'::text))
);
ALTER TABLE outputs OWNER TO sw_owner;
CREATE INDEX outputs_by_command ON public.outputs USING btree (session_id, command_id);
ALTER TABLE outputs ENABLE ROW LEVEL SECURITY;
ALTER TABLE outputs FORCE ROW LEVEL SECURITY;
CREATE POLICY scope ON outputs FOR ALL TO public
  USING ((account_id = (NULLIF(current_setting('app.account'::text, true), ''::text))::uuid) AND (project_id = (NULLIF(current_setting('app.project'::text, true), ''::text))::uuid))
  WITH CHECK ((account_id = (NULLIF(current_setting('app.account'::text, true), ''::text))::uuid) AND (project_id = (NULLIF(current_setting('app.project'::text, true), ''::text))::uuid));
GRANT SELECT ON outputs TO sw_ro;
GRANT INSERT, SELECT, UPDATE ON outputs TO sw_rw;

CREATE TABLE projects (
  account_id uuid NOT NULL,
  project_id uuid NOT NULL,
  name text NOT NULL,
  description text NOT NULL DEFAULT ''::text,
  toolchain text NOT NULL DEFAULT 'node'::text,
  remote text NOT NULL DEFAULT ''::text,
  default_branch text NOT NULL DEFAULT 'main'::text,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  custom_toolchain jsonb,
  forge jsonb,
  bounds jsonb NOT NULL DEFAULT '{}'::jsonb,
  CONSTRAINT projects_pkey PRIMARY KEY (account_id, project_id),
  CONSTRAINT projects_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(account_id),
  CONSTRAINT projects_custom_toolchain_check CHECK (((toolchain = 'custom'::text) = (custom_toolchain IS NOT NULL)))
);
ALTER TABLE projects OWNER TO sw_owner;
ALTER TABLE projects ENABLE ROW LEVEL SECURITY;
ALTER TABLE projects FORCE ROW LEVEL SECURITY;
CREATE POLICY scope ON projects FOR ALL TO public
  USING (account_id = (NULLIF(current_setting('app.account'::text, true), ''::text))::uuid)
  WITH CHECK (account_id = (NULLIF(current_setting('app.account'::text, true), ''::text))::uuid);
GRANT SELECT ON projects TO sw_ro;
GRANT INSERT, SELECT, UPDATE ON projects TO sw_rw;

CREATE TABLE result_conflicts (
  account_id uuid NOT NULL,
  project_id uuid NOT NULL,
  session_id text NOT NULL,
  command_id text NOT NULL,
  digest text NOT NULL,
  accepted_digest text NOT NULL,
  result jsonb NOT NULL,
  received_at timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT result_conflicts_pkey PRIMARY KEY (account_id, project_id, session_id, command_id, digest),
  CONSTRAINT result_conflicts_account_id_project_id_session_id_fkey FOREIGN KEY (account_id, project_id, session_id) REFERENCES sessions(account_id, project_id, session_id)
);
ALTER TABLE result_conflicts OWNER TO sw_owner;
ALTER TABLE result_conflicts ENABLE ROW LEVEL SECURITY;
ALTER TABLE result_conflicts FORCE ROW LEVEL SECURITY;
CREATE POLICY scope ON result_conflicts FOR ALL TO public
  USING ((account_id = (NULLIF(current_setting('app.account'::text, true), ''::text))::uuid) AND (project_id = (NULLIF(current_setting('app.project'::text, true), ''::text))::uuid))
  WITH CHECK ((account_id = (NULLIF(current_setting('app.account'::text, true), ''::text))::uuid) AND (project_id = (NULLIF(current_setting('app.project'::text, true), ''::text))::uuid));
GRANT SELECT ON result_conflicts TO sw_ro;
GRANT INSERT, SELECT ON result_conflicts TO sw_rw;

CREATE TABLE rules (
  account_id uuid NOT NULL,
  project_id uuid NOT NULL,
  name text NOT NULL,
  component_type text NOT NULL,
  session_type text NOT NULL,
  body text NOT NULL,
  CONSTRAINT rules_pkey PRIMARY KEY (account_id, project_id, name),
  CONSTRAINT rules_account_id_project_id_fkey FOREIGN KEY (account_id, project_id) REFERENCES projects(account_id, project_id)
);
ALTER TABLE rules OWNER TO sw_owner;
ALTER TABLE rules ENABLE ROW LEVEL SECURITY;
ALTER TABLE rules FORCE ROW LEVEL SECURITY;
CREATE POLICY scope ON rules FOR ALL TO public
  USING ((account_id = (NULLIF(current_setting('app.account'::text, true), ''::text))::uuid) AND (project_id = (NULLIF(current_setting('app.project'::text, true), ''::text))::uuid))
  WITH CHECK ((account_id = (NULLIF(current_setting('app.account'::text, true), ''::text))::uuid) AND (project_id = (NULLIF(current_setting('app.project'::text, true), ''::text))::uuid));
GRANT SELECT ON rules TO sw_ro;
GRANT DELETE, INSERT, SELECT, UPDATE ON rules TO sw_rw;

CREATE TABLE session_children (
  account_id uuid NOT NULL,
  project_id uuid NOT NULL,
  parent_session_id text NOT NULL,
  component text NOT NULL,
  attempt integer NOT NULL,
  child_session_id text NOT NULL,
  status text NOT NULL,
  branch text,
  commit_sha text,
  merged_as text,
  failure jsonb,
  fix_rounds integer NOT NULL DEFAULT 0,
  CONSTRAINT session_children_account_id_project_id_child_session_id_key UNIQUE (account_id, project_id, child_session_id),
  CONSTRAINT session_children_pkey PRIMARY KEY (account_id, project_id, parent_session_id, component, attempt),
  CONSTRAINT session_children_account_id_project_id_child_session_id_fkey FOREIGN KEY (account_id, project_id, child_session_id) REFERENCES sessions(account_id, project_id, session_id),
  CONSTRAINT session_children_account_id_project_id_parent_session_id_fkey FOREIGN KEY (account_id, project_id, parent_session_id) REFERENCES sessions(account_id, project_id, session_id),
  CONSTRAINT session_children_attempt_check CHECK ((attempt >= 1)),
  CONSTRAINT session_children_fix_rounds_check CHECK ((fix_rounds >= 0)),
  CONSTRAINT session_children_status_check CHECK ((status = ANY (ARRAY['planned'::text, 'active'::text, 'complete'::text, 'failed'::text, 'cancelled'::text])))
);
ALTER TABLE session_children OWNER TO sw_owner;
ALTER TABLE session_children ENABLE ROW LEVEL SECURITY;
ALTER TABLE session_children FORCE ROW LEVEL SECURITY;
CREATE POLICY scope ON session_children FOR ALL TO public
  USING ((account_id = (NULLIF(current_setting('app.account'::text, true), ''::text))::uuid) AND (project_id = (NULLIF(current_setting('app.project'::text, true), ''::text))::uuid))
  WITH CHECK ((account_id = (NULLIF(current_setting('app.account'::text, true), ''::text))::uuid) AND (project_id = (NULLIF(current_setting('app.project'::text, true), ''::text))::uuid));
GRANT SELECT ON session_children TO sw_ro;
GRANT INSERT, SELECT, UPDATE ON session_children TO sw_rw;

CREATE TABLE session_events (
  account_id uuid NOT NULL,
  project_id uuid NOT NULL,
  session_id text NOT NULL,
  revision integer NOT NULL,
  at timestamp with time zone NOT NULL DEFAULT now(),
  type text NOT NULL,
  data jsonb NOT NULL,
  CONSTRAINT session_events_pkey PRIMARY KEY (account_id, project_id, session_id, revision),
  CONSTRAINT session_events_account_id_project_id_session_id_fkey FOREIGN KEY (account_id, project_id, session_id) REFERENCES sessions(account_id, project_id, session_id),
  CONSTRAINT session_events_revision_check CHECK ((revision >= 1))
);
ALTER TABLE session_events OWNER TO sw_owner;
ALTER TABLE session_events ENABLE ROW LEVEL SECURITY;
ALTER TABLE session_events FORCE ROW LEVEL SECURITY;
CREATE POLICY scope ON session_events FOR ALL TO public
  USING ((account_id = (NULLIF(current_setting('app.account'::text, true), ''::text))::uuid) AND (project_id = (NULLIF(current_setting('app.project'::text, true), ''::text))::uuid))
  WITH CHECK ((account_id = (NULLIF(current_setting('app.account'::text, true), ''::text))::uuid) AND (project_id = (NULLIF(current_setting('app.project'::text, true), ''::text))::uuid));
CREATE TRIGGER fan_out AFTER INSERT ON public.session_events REFERENCING NEW TABLE AS new_events FOR EACH STATEMENT EXECUTE FUNCTION sw_fan_out();
GRANT SELECT ON session_events TO sw_ro;
GRANT INSERT, SELECT ON session_events TO sw_rw;

CREATE TABLE session_index (
  session_id text NOT NULL,
  account_id uuid NOT NULL,
  project_id uuid NOT NULL,
  is_open boolean NOT NULL DEFAULT true,
  home text,
  lease_look_at timestamp with time zone,
  CONSTRAINT session_index_pkey PRIMARY KEY (session_id)
);
ALTER TABLE session_index OWNER TO sw_owner;
CREATE INDEX session_index_lease_look ON public.session_index USING btree (lease_look_at) WHERE (lease_look_at IS NOT NULL);
CREATE INDEX session_index_open ON public.session_index USING btree (home, session_id) WHERE is_open;
GRANT SELECT ON session_index TO sw_metrics;
GRANT SELECT ON session_index TO sw_ro;
GRANT INSERT, SELECT ON session_index TO sw_rw;
GRANT UPDATE (is_open), UPDATE (lease_look_at) ON session_index TO sw_rw;

CREATE TABLE sessions (
  account_id uuid NOT NULL,
  project_id uuid NOT NULL,
  session_id text NOT NULL,
  user_id uuid NOT NULL,
  session_type text NOT NULL,
  context text NOT NULL,
  component text,
  status text NOT NULL DEFAULT 'active'::text,
  mode text NOT NULL,
  executor_queue text,
  on_exhausted text NOT NULL DEFAULT 'wait'::text,
  bounds jsonb NOT NULL DEFAULT '{}'::jsonb,
  parent_session_id text,
  parent_branch text,
  root_session_id text NOT NULL,
  attempt integer NOT NULL DEFAULT 1,
  step text,
  seq integer NOT NULL DEFAULT 0,
  waiting_on text,
  waiting_since timestamp with time zone,
  waiting_reason text,
  workspace text,
  branch text,
  base_sha text,
  commit_sha text,
  remote_sha text,
  pull_request jsonb,
  last_failure jsonb,
  failure jsonb,
  revision integer NOT NULL DEFAULT 0,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  closed_at timestamp with time zone,
  base_branch text,
  toolchain jsonb,
  tests jsonb,
  judged jsonb,
  waivers jsonb NOT NULL DEFAULT '[]'::jsonb,
  closed_run_id text,
  CONSTRAINT sessions_pkey PRIMARY KEY (account_id, project_id, session_id),
  CONSTRAINT sessions_account_id_project_id_fkey FOREIGN KEY (account_id, project_id) REFERENCES projects(account_id, project_id),
  CONSTRAINT sessions_account_id_project_id_parent_session_id_fkey FOREIGN KEY (account_id, project_id, parent_session_id) REFERENCES sessions(account_id, project_id, session_id),
  CONSTRAINT sessions_account_id_user_id_fkey FOREIGN KEY (account_id, user_id) REFERENCES users(account_id, user_id),
  CONSTRAINT sessions_attempt_check CHECK ((attempt >= 1)),
  CONSTRAINT sessions_closed_check CHECK (((status = 'active'::text) = (closed_at IS NULL))),
  CONSTRAINT sessions_closed_waits_for_nothing CHECK (((status = 'active'::text) OR (waiting_on IS NULL))),
  CONSTRAINT sessions_mode_check CHECK ((mode = ANY (ARRAY['manual'::text, 'auto'::text, 'agentic'::text]))),
  CONSTRAINT sessions_on_exhausted_check CHECK ((on_exhausted = ANY (ARRAY['wait'::text, 'fail'::text]))),
  CONSTRAINT sessions_revision_check CHECK ((revision >= 0)),
  CONSTRAINT sessions_seq_check CHECK ((seq >= 0)),
  CONSTRAINT sessions_session_id_check CHECK ((session_id ~ '^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$'::text)),
  CONSTRAINT sessions_status_check CHECK ((status = ANY (ARRAY['active'::text, 'complete'::text, 'failed'::text, 'cancelled'::text]))),
  CONSTRAINT sessions_waiting_on_check CHECK ((waiting_on = ANY (ARRAY['client'::text, 'executor'::text, 'children'::text, 'slot'::text, 'decision'::text, 'quota'::text, 'system'::text]))),
  CONSTRAINT sessions_waivers_check CHECK ((jsonb_typeof(waivers) = 'array'::text))
) WITH (fillfactor=80);
ALTER TABLE sessions OWNER TO sw_owner;
CREATE INDEX sessions_active ON public.sessions USING btree (account_id, project_id, created_at DESC, session_id DESC) WHERE (status = 'active'::text);
CREATE INDEX sessions_by_parent ON public.sessions USING btree (parent_session_id) WHERE (parent_session_id IS NOT NULL);
CREATE INDEX sessions_by_root ON public.sessions USING btree (root_session_id, component);
CREATE INDEX sessions_by_time ON public.sessions USING btree (account_id, project_id, created_at DESC, session_id DESC);
CREATE INDEX sessions_closed ON public.sessions USING btree (closed_at) WHERE (closed_at IS NOT NULL);
ALTER TABLE sessions ENABLE ROW LEVEL SECURITY;
ALTER TABLE sessions FORCE ROW LEVEL SECURITY;
CREATE POLICY counted ON sessions FOR SELECT TO sw_metrics
  USING true
  WITH CHECK -;
CREATE POLICY scope ON sessions FOR ALL TO public
  USING ((account_id = (NULLIF(current_setting('app.account'::text, true), ''::text))::uuid) AND (project_id = (NULLIF(current_setting('app.project'::text, true), ''::text))::uuid))
  WITH CHECK ((account_id = (NULLIF(current_setting('app.account'::text, true), ''::text))::uuid) AND (project_id = (NULLIF(current_setting('app.project'::text, true), ''::text))::uuid));
GRANT SELECT (account_id), SELECT (project_id), SELECT (session_id), SELECT (session_type), SELECT (status), SELECT (step), SELECT (waiting_on), SELECT (waiting_since), SELECT (closed_at) ON sessions TO sw_metrics;
GRANT SELECT ON sessions TO sw_ro;
GRANT INSERT, SELECT, UPDATE ON sessions TO sw_rw;

CREATE TABLE stories (
  account_id uuid NOT NULL,
  project_id uuid NOT NULL,
  context text NOT NULL,
  title text NOT NULL,
  body text NOT NULL,
  acceptance_criteria jsonb NOT NULL,
  CONSTRAINT stories_pkey PRIMARY KEY (account_id, project_id, context, title),
  CONSTRAINT stories_account_id_project_id_context_fkey FOREIGN KEY (account_id, project_id, context) REFERENCES contexts(account_id, project_id, name),
  CONSTRAINT stories_acceptance_criteria_check CHECK ((jsonb_typeof(acceptance_criteria) = 'array'::text))
);
ALTER TABLE stories OWNER TO sw_owner;
ALTER TABLE stories ENABLE ROW LEVEL SECURITY;
ALTER TABLE stories FORCE ROW LEVEL SECURITY;
CREATE POLICY scope ON stories FOR ALL TO public
  USING ((account_id = (NULLIF(current_setting('app.account'::text, true), ''::text))::uuid) AND (project_id = (NULLIF(current_setting('app.project'::text, true), ''::text))::uuid))
  WITH CHECK ((account_id = (NULLIF(current_setting('app.account'::text, true), ''::text))::uuid) AND (project_id = (NULLIF(current_setting('app.project'::text, true), ''::text))::uuid));
GRANT SELECT ON stories TO sw_ro;
GRANT DELETE, INSERT, SELECT, UPDATE ON stories TO sw_rw;

CREATE TABLE users (
  account_id uuid NOT NULL,
  user_id uuid NOT NULL,
  name text NOT NULL,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT users_pkey PRIMARY KEY (account_id, user_id),
  CONSTRAINT users_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(account_id)
);
ALTER TABLE users OWNER TO sw_owner;
ALTER TABLE users ENABLE ROW LEVEL SECURITY;
ALTER TABLE users FORCE ROW LEVEL SECURITY;
CREATE POLICY scope ON users FOR ALL TO public
  USING (account_id = (NULLIF(current_setting('app.account'::text, true), ''::text))::uuid)
  WITH CHECK (account_id = (NULLIF(current_setting('app.account'::text, true), ''::text))::uuid);
GRANT SELECT ON users TO sw_ro;
GRANT INSERT, SELECT, UPDATE ON users TO sw_rw;

CREATE TABLE webhook_attempts (
  account_id uuid NOT NULL,
  project_id uuid NOT NULL,
  delivery_id uuid NOT NULL,
  number integer NOT NULL,
  at timestamp with time zone NOT NULL,
  duration_ms integer NOT NULL,
  outcome text NOT NULL,
  http_status integer,
  error_code text,
  CONSTRAINT webhook_attempts_pkey PRIMARY KEY (account_id, project_id, delivery_id, number),
  CONSTRAINT webhook_attempts_account_id_project_id_delivery_id_fkey FOREIGN KEY (account_id, project_id, delivery_id) REFERENCES webhook_deliveries(account_id, project_id, delivery_id),
  CONSTRAINT webhook_attempts_duration_ms_check CHECK ((duration_ms >= 0)),
  CONSTRAINT webhook_attempts_error_code_check CHECK ((error_code ~ '^[A-Z0-9_]{1,60}$'::text)),
  CONSTRAINT webhook_attempts_number_check CHECK ((number >= 1)),
  CONSTRAINT webhook_attempts_outcome_check CHECK ((outcome = ANY (ARRAY['delivered'::text, 'http_error'::text, 'timed_out'::text, 'unreachable'::text, 'address_refused'::text])))
);
ALTER TABLE webhook_attempts OWNER TO sw_owner;
ALTER TABLE webhook_attempts ENABLE ROW LEVEL SECURITY;
ALTER TABLE webhook_attempts FORCE ROW LEVEL SECURITY;
CREATE POLICY scope ON webhook_attempts FOR ALL TO public
  USING ((account_id = (NULLIF(current_setting('app.account'::text, true), ''::text))::uuid) AND (project_id = (NULLIF(current_setting('app.project'::text, true), ''::text))::uuid))
  WITH CHECK ((account_id = (NULLIF(current_setting('app.account'::text, true), ''::text))::uuid) AND (project_id = (NULLIF(current_setting('app.project'::text, true), ''::text))::uuid));
GRANT SELECT ON webhook_attempts TO sw_ro;
GRANT INSERT, SELECT ON webhook_attempts TO sw_rw;

CREATE TABLE webhook_deliveries (
  account_id uuid NOT NULL,
  project_id uuid NOT NULL,
  delivery_id uuid NOT NULL,
  webhook_id uuid NOT NULL,
  type text NOT NULL,
  session_id text,
  revision integer,
  at timestamp with time zone NOT NULL DEFAULT now(),
  status text NOT NULL DEFAULT 'pending'::text,
  tries integer NOT NULL DEFAULT 0,
  round_tries integer NOT NULL DEFAULT 0,
  round_began_at timestamp with time zone,
  next_try_at timestamp with time zone DEFAULT now(),
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  ended_at timestamp with time zone,
  CONSTRAINT webhook_deliveries_account_id_project_id_session_id_revisio_key UNIQUE (account_id, project_id, session_id, revision, webhook_id),
  CONSTRAINT webhook_deliveries_pkey PRIMARY KEY (account_id, project_id, delivery_id),
  CONSTRAINT webhook_deliveries_account_id_project_id_session_id_fkey FOREIGN KEY (account_id, project_id, session_id) REFERENCES sessions(account_id, project_id, session_id),
  CONSTRAINT webhook_deliveries_ended_check CHECK (((status = 'pending'::text) = (ended_at IS NULL))),
  CONSTRAINT webhook_deliveries_event_check CHECK (((session_id IS NULL) = (revision IS NULL))),
  CONSTRAINT webhook_deliveries_pending_check CHECK (((status = 'pending'::text) = (next_try_at IS NOT NULL))),
  CONSTRAINT webhook_deliveries_round_tries_check CHECK ((round_tries >= 0)),
  CONSTRAINT webhook_deliveries_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'delivered'::text, 'given_up'::text]))),
  CONSTRAINT webhook_deliveries_tries_check CHECK ((tries >= 0))
);
ALTER TABLE webhook_deliveries OWNER TO sw_owner;
CREATE INDEX webhook_deliveries_by_webhook ON public.webhook_deliveries USING btree (webhook_id, created_at DESC, delivery_id DESC);
ALTER TABLE webhook_deliveries ENABLE ROW LEVEL SECURITY;
ALTER TABLE webhook_deliveries FORCE ROW LEVEL SECURITY;
CREATE POLICY scope ON webhook_deliveries FOR ALL TO public
  USING ((account_id = (NULLIF(current_setting('app.account'::text, true), ''::text))::uuid) AND (project_id = (NULLIF(current_setting('app.project'::text, true), ''::text))::uuid))
  WITH CHECK ((account_id = (NULLIF(current_setting('app.account'::text, true), ''::text))::uuid) AND (project_id = (NULLIF(current_setting('app.project'::text, true), ''::text))::uuid));
GRANT SELECT ON webhook_deliveries TO sw_ro;
GRANT INSERT, SELECT, UPDATE ON webhook_deliveries TO sw_rw;

CREATE TABLE webhook_due (
  delivery_id uuid NOT NULL,
  account_id uuid NOT NULL,
  project_id uuid NOT NULL,
  webhook_id uuid NOT NULL,
  due_at timestamp with time zone NOT NULL,
  CONSTRAINT webhook_due_pkey PRIMARY KEY (delivery_id)
);
ALTER TABLE webhook_due OWNER TO sw_owner;
CREATE INDEX webhook_due_by_webhook ON public.webhook_due USING btree (webhook_id, due_at);
GRANT SELECT ON webhook_due TO sw_ro;
GRANT DELETE, INSERT, SELECT, UPDATE ON webhook_due TO sw_rw;

CREATE TABLE webhooks (
  account_id uuid NOT NULL,
  project_id uuid NOT NULL,
  webhook_id uuid NOT NULL,
  url text NOT NULL,
  description text NOT NULL DEFAULT ''::text,
  types text[],
  secret_version integer NOT NULL DEFAULT 1,
  rotated_at timestamp with time zone,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  failing_since timestamp with time zone,
  disabled_at timestamp with time zone,
  disabled_reason text,
  deleted_at timestamp with time zone,
  CONSTRAINT webhooks_pkey PRIMARY KEY (account_id, project_id, webhook_id),
  CONSTRAINT webhooks_account_id_project_id_fkey FOREIGN KEY (account_id, project_id) REFERENCES projects(account_id, project_id),
  CONSTRAINT webhooks_disabled_check CHECK (((disabled_at IS NULL) = (disabled_reason IS NULL))),
  CONSTRAINT webhooks_disabled_reason_check CHECK ((disabled_reason = ANY (ARRAY['asked'::text, 'failing'::text, 'gone'::text]))),
  CONSTRAINT webhooks_secret_version_check CHECK ((secret_version >= 1)),
  CONSTRAINT webhooks_url_check CHECK (((length(url) >= 1) AND (length(url) <= 2000)))
);
ALTER TABLE webhooks OWNER TO sw_owner;
ALTER TABLE webhooks ENABLE ROW LEVEL SECURITY;
ALTER TABLE webhooks FORCE ROW LEVEL SECURITY;
CREATE POLICY scope ON webhooks FOR ALL TO public
  USING ((account_id = (NULLIF(current_setting('app.account'::text, true), ''::text))::uuid) AND (project_id = (NULLIF(current_setting('app.project'::text, true), ''::text))::uuid))
  WITH CHECK ((account_id = (NULLIF(current_setting('app.account'::text, true), ''::text))::uuid) AND (project_id = (NULLIF(current_setting('app.project'::text, true), ''::text))::uuid));
GRANT SELECT ON webhooks TO sw_ro;
GRANT INSERT, SELECT, UPDATE ON webhooks TO sw_rw;
