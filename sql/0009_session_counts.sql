-- Metrics are about every account at once, and say how many, never which. `sw_metrics` cannot log in; it owns functions that
-- return sums, and can read no more than the columns they need. Nobody else can read across accounts.
GRANT USAGE, CREATE ON SCHEMA public TO sw_metrics;
GRANT SELECT ON session_index TO sw_metrics;
GRANT SELECT (account_id, project_id, session_id, status, session_type, step, waiting_on, waiting_since, closed_at)
  ON sessions TO sw_metrics;
GRANT SELECT (account_id, project_id, session_id, status, kind, opened_at) ON interactions TO sw_metrics;
CREATE POLICY counted ON sessions FOR SELECT TO sw_metrics USING (true);
CREATE POLICY counted ON interactions FOR SELECT TO sw_metrics USING (true);
-- What a scrape costs is bounded by the open sessions and one day's closed ones, however many rows are kept.
CREATE INDEX sessions_closed ON sessions (closed_at) WHERE closed_at IS NOT NULL;

-- Sessions of one Temporal namespace and Task Queue (`home`). Times in seconds; a planned child has no step yet.
CREATE FUNCTION sw_count_active_sessions(of_home text)
RETURNS TABLE (session_type text, step text, waiting_on text, sessions integer, oldest_wait double precision)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT s.session_type, s.step, coalesce(s.waiting_on, 'system'), count(*)::integer,
    coalesce(greatest(max(extract(epoch FROM clock_timestamp() - s.waiting_since)), 0), 0)::double precision
  FROM session_index i JOIN sessions s USING (account_id, project_id, session_id)
  WHERE i.home = of_home AND i.is_open AND s.status = 'active'
  GROUP BY 1, 2, 3
$$;

-- Closed within the last day, with the step they ended at.
CREATE FUNCTION sw_count_closed_sessions(of_home text)
RETURNS TABLE (session_type text, step text, status text, sessions integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT s.session_type, s.step, s.status, count(*)::integer
  FROM sessions s JOIN session_index i USING (session_id)
  WHERE s.closed_at > now() - interval '1 day' AND i.home = of_home
  GROUP BY 1, 2, 3
$$;

CREATE FUNCTION sw_count_open_commands(of_home text)
RETURNS TABLE (kind text, commands integer, oldest_age double precision)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT c.kind, count(*)::integer,
    greatest(max(extract(epoch FROM clock_timestamp() - c.opened_at)), 0)::double precision
  FROM session_index i JOIN interactions c USING (account_id, project_id, session_id)
  WHERE i.home = of_home AND i.is_open AND c.status = 'pending'
  GROUP BY 1
$$;

REVOKE ALL ON FUNCTION sw_count_active_sessions(text), sw_count_closed_sessions(text), sw_count_open_commands(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sw_count_active_sessions(text), sw_count_closed_sessions(text), sw_count_open_commands(text) TO sw_rw;
ALTER FUNCTION sw_count_active_sessions(text) OWNER TO sw_metrics;
ALTER FUNCTION sw_count_closed_sessions(text) OWNER TO sw_metrics;
ALTER FUNCTION sw_count_open_commands(text) OWNER TO sw_metrics;
REVOKE CREATE ON SCHEMA public FROM sw_metrics;
