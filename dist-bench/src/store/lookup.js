import { isSessionId } from '../domain/names.js';
/** Which account and project a session belongs to; null when unknown. For the edge, which answers both the same. */
export async function findSessionPlace(pool, sessionId) {
    if (!isSessionId(sessionId))
        return null;
    const { rows } = await pool.query(`SELECT account_id AS "accountId", project_id AS "projectId" FROM session_index WHERE session_id = $1`, [sessionId]);
    return rows[0] ?? null;
}
