import { isSessionId } from '../../domain/names.js';
import { withScope } from '../with-scope.js';
import { SESSION_COLUMNS, toSummary } from './session-row.js';
const MAX_PAGE = 200;
/** Newest first. A cursor that this function did not make gives an empty page. */
export async function listSessions(pool, scope, filter, page) {
    const after = page.cursor === undefined ? null : fromCursor(page.cursor);
    if (page.cursor !== undefined && after === null)
        return { items: [], cursor: null };
    const limit = Math.min(Math.max(1, Math.trunc(page.limit) || 1), MAX_PAGE);
    const { where, values } = conditions(scope, filter, after);
    const rows = await withScope(pool, scope, (tx) => tx.queryAndCommit({
        text: `SELECT ${SESSION_COLUMNS} FROM sessions s WHERE ${where}
               ORDER BY s.created_at DESC, s.session_id DESC LIMIT ${limit + 1}`,
    }, values));
    const items = rows.slice(0, limit);
    return { items: items.map(toSummary), cursor: rows.length > limit ? toCursor(items.at(-1)) : null };
}
function conditions(scope, filter, after) {
    const values = [scope.accountId, scope.projectId];
    const parts = ['s.account_id = $1', 's.project_id = $2'];
    const add = (condition, value) => {
        if (value !== undefined)
            parts.push(condition(`$${values.push(value)}`));
    };
    add((slot) => `s.status = ${slot}`, filter.status);
    add((slot) => `s.session_type = ${slot}`, filter.type);
    add((slot) => `s.context = ${slot}`, filter.context);
    add((slot) => `s.component = ${slot}`, filter.component);
    add((slot) => `s.waiting_on = ${slot}`, filter.waitingOn);
    add((slot) => `s.created_at > ${slot}::timestamptz`, filter.createdAfter);
    add((slot) => `s.created_at < ${slot}::timestamptz`, filter.createdBefore);
    if (filter.parentSessionId === null)
        parts.push('s.parent_session_id IS NULL');
    else
        add((slot) => `s.parent_session_id = ${slot}`, filter.parentSessionId);
    if (after) {
        const time = `$${values.push(after.createdAt)}::timestamptz`;
        parts.push(`(s.created_at, s.session_id) < (${time}, $${values.push(after.sessionId)})`);
    }
    return { where: parts.join(' AND '), values };
}
function toCursor({ createdAt, sessionId }) {
    return Buffer.from(`${createdAt} ${sessionId}`).toString('base64url');
}
function fromCursor(text) {
    const [createdAt = '', sessionId = '', ...more] = Buffer.from(text, 'base64url').toString('utf8').split(' ');
    const isTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/.test(createdAt);
    return isTime && isSessionId(sessionId) && more.length === 0 ? { createdAt, sessionId } : null;
}
