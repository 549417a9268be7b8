import type { MirrorRow, SessionPlace } from '../../ports/mirror.js';
import type { Pool } from '../pool.js';
import { nobody, type Statement, withScope } from '../with-scope.js';

const ms = (column: string): string => `(extract(epoch FROM ${column}) * 1000)::float8`;

const ROWS: Statement = {
  name: 'mirror_rows',
  text: `
SELECT s.session_id AS "sessionId", s.user_id AS "userId", s.status, s.waiting_on AS "waitingOn", s.seq, s.revision,
  s.closed_run_id AS "closedRunId", ${ms('s.created_at')} AS "createdAt", ${ms('s.closed_at')} AS "closedAt",
  p.status AS "parentStatus", ${ms('p.closed_at')} AS "parentClosedAt",
  (SELECT ${ms('min(n.created_at)')} FROM sessions n
   WHERE n.account_id = $1 AND n.project_id = $2 AND n.parent_session_id = s.parent_session_id
     AND n.component IS NOT DISTINCT FROM s.component AND n.session_type = s.session_type
     AND n.attempt > s.attempt) AS "replacedAt",
  (SELECT command_id FROM interactions i WHERE i.account_id = $1 AND i.project_id = $2 AND i.session_id = s.session_id
     AND i.status = 'pending') AS "pendingCommandId",
  (SELECT ${ms('max(opened_at)')} FROM interactions i
   WHERE i.account_id = $1 AND i.project_id = $2 AND i.session_id = s.session_id) AS "lastOpenedAt"
FROM sessions s
LEFT JOIN sessions p ON p.account_id = $1 AND p.project_id = $2 AND p.session_id = s.parent_session_id
WHERE s.account_id = $1 AND s.project_id = $2 AND s.session_id = ANY ($3)`,
};

type Columns = Omit<MirrorRow, 'scope' | 'atHome' | 'parent'> & {
  readonly userId: string;
  readonly parentStatus: MirrorRow['status'] | null;
  readonly parentClosedAt: number | null;
};

/** Rows of places that are all of one project. */
export async function mirrorRows(
  pool: Pool,
  places: readonly SessionPlace[],
  home: string,
): Promise<readonly MirrorRow[]> {
  const [first] = places;
  if (first === undefined) return [];
  const { accountId, projectId } = first;
  const homes = new Map(places.map((place) => [place.sessionId, place.home]));
  const rows = await withScope(pool, nobody(accountId, projectId), (tx) =>
    tx.queryAndCommit<Columns>(ROWS, [accountId, projectId, [...homes.keys()]]),
  );
  return rows.map(({ userId, parentStatus, parentClosedAt, ...row }) => ({
    ...row,
    scope: { accountId, projectId, userId },
    atHome: homes.get(row.sessionId) === home,
    parent: parentStatus === null ? null : { status: parentStatus, closedAt: parentClosedAt },
  }));
}
