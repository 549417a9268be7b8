import type { SessionPlace } from '../ports/mirror.js';
import type { Pool } from './pool.js';

const COLUMNS = `session_id AS "sessionId", account_id AS "accountId", project_id AS "projectId", home`;

/** Ids only, of sessions of every account: where to look, before there is a scope to look in. */
export async function openPlaces(
  pool: Pool,
  home: string,
  afterId: string,
  limit: number,
): Promise<readonly SessionPlace[]> {
  const { rows } = await pool.query<SessionPlace>(
    `SELECT ${COLUMNS} FROM session_index WHERE home = $1 AND is_open AND session_id > $2 ORDER BY session_id LIMIT $3`,
    [home, afterId, limit],
  );
  return rows;
}

export async function placesOf(pool: Pool, sessionIds: readonly string[]): Promise<readonly SessionPlace[]> {
  if (sessionIds.length === 0) return [];
  const { rows } = await pool.query<SessionPlace>(`SELECT ${COLUMNS} FROM session_index WHERE session_id = ANY ($1)`, [
    sessionIds,
  ]);
  return rows;
}

export async function leasePlaces(pool: Pool, limit: number): Promise<readonly SessionPlace[]> {
  const { rows } = await pool.query<SessionPlace>(
    `SELECT ${COLUMNS} FROM session_index WHERE lease_look_at <= clock_timestamp() ORDER BY lease_look_at LIMIT $1`,
    [limit],
  );
  return rows;
}
