-- What the watch over leases last noticed, so that a silent holder is reminded once and given up once. A new holder and a
-- renewal begin anew. `released`: given back, nobody is missed.
ALTER TABLE leases
  ADD ttl_ms integer CHECK (ttl_ms > 0),
  ADD noticed text CHECK (noticed IN ('reminded', 'gone', 'released'));

-- When the watch looks at a session's lease next: before there is a scope, so ids and times only.
ALTER TABLE session_index ADD lease_look_at timestamptz;
CREATE INDEX session_index_lease_look ON session_index (lease_look_at) WHERE lease_look_at IS NOT NULL;
GRANT UPDATE (lease_look_at) ON session_index TO sw_rw;
