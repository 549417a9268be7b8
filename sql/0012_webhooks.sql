-- Where a project's events are sent to. There is no secret in a row: it is derived from the server's key, the id and the version.
CREATE TABLE webhooks (
  account_id uuid NOT NULL,
  project_id uuid NOT NULL,
  webhook_id uuid NOT NULL,
  url text NOT NULL CHECK (length(url) BETWEEN 1 AND 2000),
  description text NOT NULL DEFAULT '',
  -- Null: every type of event.
  types text[],
  secret_version integer NOT NULL DEFAULT 1 CHECK (secret_version >= 1),
  rotated_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  -- Since the first try that failed after the last one that did not.
  failing_since timestamptz,
  disabled_at timestamptz,
  disabled_reason text CHECK (disabled_reason IN ('asked', 'failing', 'gone')),
  deleted_at timestamptz,
  PRIMARY KEY (account_id, project_id, webhook_id),
  FOREIGN KEY (account_id, project_id) REFERENCES projects,
  CONSTRAINT webhooks_disabled_check CHECK ((disabled_at IS NULL) = (disabled_reason IS NULL))
);
SELECT sw_protect('webhooks', true, 'SELECT, INSERT, UPDATE');

-- One event for one webhook; without a session it is a ping. No reference to `webhooks`: every event would lock its row, and
-- those rows are only marked as deleted.
CREATE TABLE webhook_deliveries (
  account_id uuid NOT NULL,
  project_id uuid NOT NULL,
  delivery_id uuid NOT NULL,
  webhook_id uuid NOT NULL,
  type text NOT NULL,
  session_id text,
  revision integer,
  at timestamptz NOT NULL DEFAULT now(),
  status text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'delivered', 'given_up')),
  tries integer NOT NULL DEFAULT 0 CHECK (tries >= 0),
  -- Since it was made, or was replayed.
  round_tries integer NOT NULL DEFAULT 0 CHECK (round_tries >= 0),
  round_began_at timestamptz,
  next_try_at timestamptz DEFAULT now(),
  created_at timestamptz NOT NULL DEFAULT now(),
  ended_at timestamptz,
  PRIMARY KEY (account_id, project_id, delivery_id),
  UNIQUE (account_id, project_id, session_id, revision, webhook_id),
  FOREIGN KEY (account_id, project_id, session_id) REFERENCES sessions,
  CONSTRAINT webhook_deliveries_event_check CHECK ((session_id IS NULL) = (revision IS NULL)),
  CONSTRAINT webhook_deliveries_pending_check CHECK ((status = 'pending') = (next_try_at IS NOT NULL)),
  CONSTRAINT webhook_deliveries_ended_check CHECK ((status = 'pending') = (ended_at IS NULL))
);
CREATE INDEX webhook_deliveries_by_webhook ON webhook_deliveries (webhook_id, created_at DESC, delivery_id DESC);
SELECT sw_protect('webhook_deliveries', true, 'SELECT, INSERT, UPDATE');

CREATE TABLE webhook_attempts (
  account_id uuid NOT NULL,
  project_id uuid NOT NULL,
  delivery_id uuid NOT NULL,
  number integer NOT NULL CHECK (number >= 1),
  at timestamptz NOT NULL,
  duration_ms integer NOT NULL CHECK (duration_ms >= 0),
  outcome text NOT NULL CHECK (outcome IN ('delivered', 'http_error', 'timed_out', 'unreachable', 'address_refused')),
  http_status integer,
  -- The network's word for it, as ECONNREFUSED.
  error_code text CHECK (error_code ~ '^[A-Z0-9_]{1,60}$'),
  PRIMARY KEY (account_id, project_id, delivery_id, number),
  FOREIGN KEY (account_id, project_id, delivery_id) REFERENCES webhook_deliveries
);
SELECT sw_protect('webhook_attempts', true, 'SELECT, INSERT');

-- Looked at before any scope is known: ids only. Whoever claims a row moves `due_at` on; when it dies, the row is due again by itself.
CREATE TABLE webhook_due (
  delivery_id uuid PRIMARY KEY,
  account_id uuid NOT NULL,
  project_id uuid NOT NULL,
  webhook_id uuid NOT NULL,
  due_at timestamptz NOT NULL
);
CREATE INDEX webhook_due_by_webhook ON webhook_due (webhook_id, due_at);
GRANT SELECT, INSERT, UPDATE, DELETE ON webhook_due TO sw_rw;
GRANT SELECT ON webhook_due TO sw_ro;

-- In the transaction that writes the events, whoever writes them: what is committed is to be delivered, and nothing else is.
CREATE FUNCTION sw_fan_out() RETURNS trigger LANGUAGE plpgsql AS $$
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
$$;
REVOKE ALL ON FUNCTION sw_fan_out() FROM PUBLIC;
CREATE TRIGGER fan_out AFTER INSERT ON session_events REFERENCING NEW TABLE AS new_events
  FOR EACH STATEMENT EXECUTE FUNCTION sw_fan_out();
