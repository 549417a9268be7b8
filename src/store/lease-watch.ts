import type { LeaseWatch, Noticed } from '../ports/lease-store.js';
import type { Pool } from './pool.js';
import { iso } from './queries/session-row.js';
import { leasePlaces } from './session-places.js';
import { nobody, type Statement, withScope } from './with-scope.js';

/** The part of a lease's time after which a holder that has not renewed it is reminded. */
export const REMIND_AFTER = '(2.0 / 3)';

// The lease is locked: a renewal comes either before, and is seen, or after, and finds it given up.
const LOOK: Statement = {
  name: 'look_at_lease',
  text: `
WITH held AS (
  SELECT l.command_id, l.number, l.owner, l.expires_at, l.noticed,
    l.expires_at - l.ttl_ms * (1 - ${REMIND_AFTER}) * interval '1 millisecond' AS remind_at
  FROM leases l JOIN interactions i USING (account_id, project_id, session_id, command_id)
  WHERE l.account_id = $1 AND l.project_id = $2 AND l.session_id = $3
    AND i.status = 'pending' AND l.noticed IS DISTINCT FROM 'gone' AND l.noticed IS DISTINCT FROM 'released'
  FOR UPDATE OF l
), seen AS (
  SELECT *, CASE WHEN expires_at <= clock_timestamp() THEN 'gone'
                 WHEN remind_at <= clock_timestamp() AND noticed IS NULL THEN 'reminded' END AS now_noticed
  FROM held
), news AS (
  UPDATE leases l SET noticed = seen.now_noticed FROM seen
  WHERE l.account_id = $1 AND l.project_id = $2 AND l.session_id = $3 AND l.command_id = seen.command_id
    AND seen.now_noticed IS NOT NULL
  RETURNING l.command_id, l.number, l.owner, l.expires_at, l.noticed
), revised AS (
  UPDATE sessions SET revision = revision + 1
  WHERE account_id = $1 AND project_id = $2 AND session_id = $3 AND EXISTS (SELECT FROM news)
  RETURNING revision
), told AS (
  INSERT INTO session_events (account_id, project_id, session_id, revision, type, data)
  SELECT $1, $2, $3, revision, CASE noticed WHEN 'gone' THEN 'lease_expired' ELSE 'lease_expiring' END,
    jsonb_build_object('commandId', command_id, 'number', number, 'owner', owner, 'expiresAt', ${iso('expires_at')})
      || CASE noticed WHEN 'gone' THEN '{"failure": "client_gone"}'::jsonb ELSE '{}' END
  FROM revised, news
), next_look AS (
  UPDATE session_index SET lease_look_at = (
    SELECT CASE WHEN now_noticed = 'gone' THEN NULL
                WHEN now_noticed = 'reminded' OR noticed = 'reminded' THEN expires_at ELSE remind_at END FROM seen)
  WHERE session_id = $3
)
SELECT noticed FROM news`,
};

export function createLeaseWatch(pool: Pool): LeaseWatch {
  return {
    due: (limit) => leasePlaces(pool, limit),
    async look({ accountId, projectId, sessionId }) {
      const rows = await withScope(
        pool,
        nobody(accountId, projectId),
        (tx) => tx.queryAndCommit<{ noticed: Noticed }>(LOOK, [accountId, projectId, sessionId]),
        { lockSession: sessionId },
      );
      return rows[0]?.noticed ?? null;
    },
  };
}
