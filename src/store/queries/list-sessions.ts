import { isSessionId } from '../../domain/names.js';
import type { Scope } from '../../domain/scope.js';
import type { Page, SessionFilter, SessionSummary } from '../../ports/session-reader.js';
import type { Pool } from '../pool.js';
import { withScope } from '../with-scope.js';
import { fromCursor, type Keyset, pageLimit, pageOf } from './keyset-page.js';
import { SESSION_COLUMNS, type SessionRow, toSummary } from './session-row.js';

/** Newest first. A cursor that this function did not make gives an empty page. */
export async function listSessions(
  pool: Pool,
  scope: Scope,
  filter: SessionFilter,
  page: { limit: number; cursor?: string },
): Promise<Page<SessionSummary>> {
  const after = page.cursor === undefined ? null : fromCursor(page.cursor, isSessionId);
  if (page.cursor !== undefined && after === null) return { items: [], cursor: null };
  const limit = pageLimit(page.limit);
  const { where, values } = conditions(scope, filter, after);
  const rows = await withScope(pool, scope, (tx) =>
    tx.queryAndCommit<SessionRow>(
      {
        text: `SELECT ${SESSION_COLUMNS} FROM sessions s WHERE ${where}
               ORDER BY s.created_at DESC, s.session_id DESC LIMIT ${limit + 1}`,
      },
      values,
    ),
  );
  return pageOf(rows.map(toSummary), limit, ({ createdAt, sessionId }) => ({ createdAt, id: sessionId }));
}

function conditions(scope: Scope, filter: SessionFilter, after: Keyset | null): { where: string; values: unknown[] } {
  const values: unknown[] = [scope.accountId, scope.projectId];
  const parts = ['s.account_id = $1', 's.project_id = $2'];
  const add = (condition: (slot: string) => string, value: unknown) => {
    if (value !== undefined) parts.push(condition(`$${values.push(value)}`));
  };
  add((slot) => `s.status = ${slot}`, filter.status);
  add((slot) => `s.session_type = ${slot}`, filter.type);
  add((slot) => `s.context = ${slot}`, filter.context);
  add((slot) => `s.component = ${slot}`, filter.component);
  add((slot) => `s.waiting_on = ${slot}`, filter.waitingOn);
  add((slot) => `s.created_at > ${slot}::timestamptz`, filter.createdAfter);
  add((slot) => `s.created_at < ${slot}::timestamptz`, filter.createdBefore);
  if (filter.parentSessionId === null) parts.push('s.parent_session_id IS NULL');
  else add((slot) => `s.parent_session_id = ${slot}`, filter.parentSessionId);
  if (after) {
    const time = `$${values.push(after.createdAt)}::timestamptz`;
    parts.push(`(s.created_at, s.session_id) < (${time}, $${values.push(after.id)})`);
  }
  return { where: parts.join(' AND '), values };
}
