import { toPatch } from '../progress/facts-row.js';
/** A timestamp with all its microseconds, which a JavaScript Date would lose and a cursor needs. */
export const iso = (column) => `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
/** Columns of `sessions s` that make a {@link SessionSummary}. */
export const SESSION_COLUMNS = `
  s.session_id AS "sessionId", s.session_type AS type, s.context, s.component, s.status, s.mode,
  s.parent_session_id AS "parentSessionId", s.attempt, s.step, s.seq, s.waiting_on AS "waitingOn",
  ${iso('s.waiting_since')} AS "waitingSince", s.workspace, s.branch, s.base_sha AS "baseSha",
  s.commit_sha AS commit, s.remote_sha AS "remoteSha", s.pull_request AS "pullRequest", s.failure, s.revision,
  ${iso('s.created_at')} AS "createdAt", ${iso('s.closed_at')} AS "closedAt"`;
export function toSummary(row) {
    const { workspace, branch, baseSha, commit, remoteSha, pullRequest, ...rest } = row;
    return { ...rest, state: toPatch({ workspace, branch, baseSha, commit, remoteSha, pullRequest }) };
}
