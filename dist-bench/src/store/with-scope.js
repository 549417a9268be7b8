import { isSessionId, isUuid } from '../domain/names.js';
import { STATEMENT_TIMEOUT_MS } from './pool.js';
import { isValueError } from './sql-errors.js';
// Not FOR UPDATE: rows that refer to the session (a child's, an event's) may be inserted meanwhile.
const LOCK_SESSION = {
    name: 'lock_session',
    text: `SELECT 1 FROM sessions
         WHERE account_id = $1 AND project_id = $2 AND session_id = $3 FOR NO KEY UPDATE`,
};
/** Whether these ids can name anything at all. Ids come from outside (a Workflow Id, a start input) and may be any text. */
export function isAddressable(scope, sessionId) {
    return ([scope.accountId, scope.projectId, scope.userId].every((id) => typeof id === 'string' && isUuid(id)) &&
        (sessionId === undefined || isSessionId(sessionId)));
}
/**
 * The only door to tenant tables: one transaction in which row level security shows this account and project and
 * nothing else. It throws what `work` throws, after a rollback.
 */
export async function withScope(pool, scope, work, options = {}) {
    const begin = beginText(scope, options);
    const client = await pool.connect();
    const transaction = new Transaction(client, begin, lockValues(scope, options));
    try {
        const value = await work(transaction);
        await transaction.finish();
        client.release();
        return value;
    }
    catch (error) {
        client.release(!(await transaction.undo(error)));
        throw await transaction.cause(error);
    }
}
function beginText(scope, options) {
    // Ids are part of the text, which lets it all travel at once; nothing but a UUID gets in.
    if (!isAddressable(scope))
        throw new TypeError('A scope is made of three lower-case UUIDs.');
    const mode = options.readOnly ? ' ISOLATION LEVEL REPEATABLE READ READ ONLY' : '';
    return `BEGIN${mode}; SELECT set_config('app.account', '${scope.accountId}', true),
    set_config('app.project', '${scope.projectId}', true),
    set_config('statement_timeout', '${STATEMENT_TIMEOUT_MS}', true)`;
}
function lockValues(scope, options) {
    return options.lockSession === undefined ? null : [scope.accountId, scope.projectId, options.lockSession];
}
class Transaction {
    client;
    begun;
    committed = null;
    constructor(client, begin, lock) {
        this.client = client;
        const opened = client.query(begin);
        const locked = lock === null ? null : client.query({ ...LOCK_SESSION, values: [...lock] });
        // Awaited at the end, so that the first statement travels with it; awaiting each keeps a failure from going unhandled.
        this.begun = Promise.all([opened, locked]);
        this.begun.catch(() => undefined);
        locked?.catch(() => undefined);
    }
    async query(statement, values) {
        if (this.committed)
            throw new Error('The transaction has ended.');
        const { rows } = await this.client.query({ ...statement, values: [...values] });
        return rows;
    }
    async queryAndCommit(statement, values) {
        const answer = this.query(statement, values);
        this.commit();
        return answer;
    }
    async finish() {
        await this.begun;
        if (!this.committed)
            this.commit();
        await this.committed;
    }
    /** Ends a failed transaction. False when the connection's state is in doubt and it must be destroyed. */
    async undo(error) {
        if (!isValueError(error) ||
            (await this.begun.then(() => false, () => true)))
            return false;
        try {
            if (this.committed)
                await this.committed.catch(() => undefined);
            await this.client.query('ROLLBACK');
            return true;
        }
        catch {
            return false;
        }
    }
    /** A failed BEGIN or lock makes every later statement fail with a message that says nothing. */
    async cause(error) {
        return this.begun.then(() => error, (first) => first);
    }
    commit() {
        this.committed = this.client.query('COMMIT').then((result) => {
            // COMMIT of a failed transaction succeeds as a ROLLBACK.
            if (result.command !== 'COMMIT')
                throw new Error('The transaction was rolled back.');
        });
        this.committed.catch(() => undefined);
    }
}
