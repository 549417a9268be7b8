import type { Failure } from '../../domain/failures.js';
import type {
  ExecutionMode,
  PullRequest,
  SessionStatus,
  SessionTypeName,
  TestCount,
  WaitingOn,
} from '../../domain/session.js';
import type { SessionSummary } from '../../ports/session-reader.js';
import { toPatch } from '../progress/facts-row.js';

/** A timestamp with all its microseconds, which a JavaScript Date would lose and a cursor needs. */
export const iso = (column: string): string => `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

/** Columns of `sessions s` that make a {@link SessionSummary}. */
export const SESSION_COLUMNS = `
  s.session_id AS "sessionId", s.session_type AS type, s.context, s.component, s.status, s.mode,
  s.parent_session_id AS "parentSessionId", s.attempt, s.step, s.seq, s.waiting_on AS "waitingOn",
  ${iso('s.waiting_since')} AS "waitingSince", s.workspace, s.branch, s.base_sha AS "baseSha",
  s.commit_sha AS commit, s.remote_sha AS "remoteSha", s.pull_request AS "pullRequest", s.tests, s.failure, s.revision,
  ${iso('s.created_at')} AS "createdAt", ${iso('s.closed_at')} AS "closedAt"`;

export interface SessionRow {
  readonly sessionId: string;
  readonly type: SessionTypeName;
  readonly context: string;
  readonly component: string | null;
  readonly status: SessionStatus;
  readonly mode: ExecutionMode;
  readonly parentSessionId: string | null;
  readonly attempt: number;
  readonly step: string | null;
  readonly seq: number;
  readonly waitingOn: WaitingOn | null;
  readonly waitingSince: string | null;
  readonly workspace: string | null;
  readonly branch: string | null;
  readonly baseSha: string | null;
  readonly commit: string | null;
  readonly remoteSha: string | null;
  readonly pullRequest: PullRequest | null;
  readonly tests: TestCount | null;
  readonly failure: Failure | null;
  readonly revision: number;
  readonly createdAt: string;
  readonly closedAt: string | null;
}

export function toSummary(row: SessionRow): SessionSummary {
  const { workspace, branch, baseSha, commit, remoteSha, pullRequest, tests, ...rest } = row;
  return { ...rest, state: toPatch({ workspace, branch, baseSha, commit, remoteSha, pullRequest, tests }) };
}
