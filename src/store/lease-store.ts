import type { Scope } from '../domain/scope.js';
import type { Lease, LeaseStore, Taken } from '../ports/lease-store.js';
import { REMIND_AFTER } from './lease-watch.js';
import type { Pool } from './pool.js';
import { iso } from './queries/session-row.js';
import { isAddressable, type Statement, withScope } from './with-scope.js';

const LEASE = `command_id AS "commandId", number, owner, ${iso('expires_at')} AS "expiresAt"`;

// Under the session row's lock, as completing is: a lease is taken either before the verdict or not at all.
const TAKE: Statement = {
  name: 'take_lease',
  text: `
WITH open AS (
  SELECT FROM interactions
  WHERE account_id = $1 AND project_id = $2 AND session_id = $3 AND command_id = $4 AND status = 'pending'
), before AS (
  SELECT number, owner, expires_at <= clock_timestamp() AS expired FROM leases
  WHERE account_id = $1 AND project_id = $2 AND session_id = $3 AND command_id = $4
), taken AS (
  INSERT INTO leases AS l (account_id, project_id, session_id, command_id, number, owner, user_id, expires_at, ttl_ms)
  SELECT $1, $2, $3, $4, 1, $5, $6, clock_timestamp() + $7 * interval '1 millisecond', $7 FROM open
  ON CONFLICT (account_id, project_id, session_id, command_id) DO UPDATE
  SET number = CASE WHEN l.owner = excluded.owner AND l.user_id = excluded.user_id AND l.expires_at > clock_timestamp()
                    THEN l.number ELSE l.number + 1 END,
    owner = excluded.owner, user_id = excluded.user_id, taken_at = now(), expires_at = excluded.expires_at,
    ttl_ms = excluded.ttl_ms, noticed = NULL
  WHERE l.expires_at <= clock_timestamp() OR (l.owner = excluded.owner AND l.user_id = excluded.user_id)
  RETURNING ${LEASE}
), watched AS (
  UPDATE session_index SET lease_look_at = clock_timestamp() + $7 * ${REMIND_AFTER} * interval '1 millisecond'
  WHERE session_id = $3 AND EXISTS (SELECT FROM taken)
), revised AS (
  UPDATE sessions SET revision = revision + 1
  WHERE account_id = $1 AND project_id = $2 AND session_id = $3
    AND EXISTS (SELECT FROM taken t WHERE t.number IS DISTINCT FROM (SELECT number FROM before))
  RETURNING revision
), told AS (
  INSERT INTO session_events (account_id, project_id, session_id, revision, type, data)
  SELECT $1, $2, $3, revision, 'lease_taken',
    jsonb_build_object('commandId', $4::text, 'number', (SELECT number FROM taken), 'owner', $5::text,
                       'silent', (SELECT owner FROM before WHERE expired))
  FROM revised
)
SELECT 'taken' AS kind, to_json(t) AS lease FROM taken t
UNION ALL
SELECT 'held', to_json(h) FROM (
  SELECT ${LEASE} FROM leases
  WHERE account_id = $1 AND project_id = $2 AND session_id = $3 AND command_id = $4
    AND EXISTS (SELECT FROM open) AND NOT EXISTS (SELECT FROM taken)) h`,
};

const RENEW: Statement = {
  name: 'renew_lease',
  text: `
WITH renewed AS (
  UPDATE leases SET expires_at = clock_timestamp() + $6 * interval '1 millisecond', ttl_ms = $6, noticed = NULL
  WHERE account_id = $1 AND project_id = $2 AND session_id = $3 AND command_id = $4 AND number = $5
    AND expires_at > clock_timestamp()
  RETURNING ${LEASE}
), watched AS (
  -- Only when it is to be looked at sooner: a heartbeat writes one row, as a rule.
  UPDATE session_index SET lease_look_at = clock_timestamp() + $6 * ${REMIND_AFTER} * interval '1 millisecond'
  WHERE session_id = $3 AND EXISTS (SELECT FROM renewed)
    AND (lease_look_at IS NULL OR lease_look_at > clock_timestamp() + $6 * ${REMIND_AFTER} * interval '1 millisecond')
)
SELECT * FROM renewed`,
};

const RELEASE: Statement = {
  name: 'release_lease',
  text: `
UPDATE leases SET expires_at = clock_timestamp(), noticed = 'released'
WHERE account_id = $1 AND project_id = $2 AND session_id = $3 AND command_id = $4 AND number = $5
RETURNING number`,
};

export function createLeaseStore(pool: Pool): LeaseStore {
  return {
    async take(scope, sessionId, commandId, owner, ttlMs) {
      if (!isAddressable(scope, sessionId)) return { kind: 'gone' };
      const values = [...keyOf(scope, sessionId, commandId), owner, scope.userId, ttlMs];
      const work = withScope(pool, scope, (tx) => tx.queryAndCommit<Taken>(TAKE, values), { lockSession: sessionId });
      return (await work)[0] ?? { kind: 'gone' };
    },
    async renew(scope, sessionId, commandId, number, ttlMs) {
      if (!isAddressable(scope, sessionId)) return null;
      const values = [...keyOf(scope, sessionId, commandId), number, ttlMs];
      return (await withScope(pool, scope, (tx) => tx.queryAndCommit<Lease>(RENEW, values)))[0] ?? null;
    },
    async release(scope, sessionId, commandId, number) {
      if (!isAddressable(scope, sessionId)) return false;
      const values = [...keyOf(scope, sessionId, commandId), number];
      return (await withScope(pool, scope, (tx) => tx.queryAndCommit(RELEASE, values))).length > 0;
    },
  };
}

function keyOf({ accountId, projectId }: Scope, sessionId: string, commandId: string): readonly string[] {
  return [accountId, projectId, sessionId, commandId];
}
