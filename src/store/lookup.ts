import { isSessionId } from '../domain/names.js';
import type { Pool } from './pool.js';

/** The door to the two tables without a scope. They hold ids only, for what must be known before there is a scope. */
interface SessionPlace {
  readonly accountId: string;
  readonly projectId: string;
}

/** Which account and project a session belongs to; null when unknown. For the edge, which answers both the same. */
export async function findSessionPlace(pool: Pool, sessionId: string): Promise<SessionPlace | null> {
  if (!isSessionId(sessionId)) return null;
  const { rows } = await pool.query<SessionPlace>(
    `SELECT account_id AS "accountId", project_id AS "projectId" FROM session_index WHERE session_id = $1`,
    [sessionId],
  );
  return rows[0] ?? null;
}
