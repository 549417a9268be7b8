import pg from 'pg';
/** Below the 3 s a local activity has, so that a statement given up by the client also ends on the server. */
export const STATEMENT_TIMEOUT_MS = 2_000;
/** A pool whose connections never wait without end: for a connection, a lock, a statement, or a forgotten transaction. */
export function createPool(url, options = {}) {
    const pool = new pg.Pool({
        connectionString: url,
        max: options.max ?? 10,
        application_name: 'specwright',
        connectionTimeoutMillis: 2_000,
        statement_timeout: STATEMENT_TIMEOUT_MS,
        lock_timeout: 1_500,
        idle_in_transaction_session_timeout: 10_000,
        // A host that vanished without closing the connection: the answer cannot come any more.
        query_timeout: 5_000,
        keepAlive: true,
        // BEGIN travels with the first statement and COMMIT with the last one; see with-scope.ts.
        pipeline: true,
        // Statements here are short: compiling one costs more than running it.
        options: '-c jit=off',
    });
    // A connection lost while it is in use fails its statements and also says so here; unheard, that would end the process.
    pool.on('connect', (client) => client.on('error', () => undefined));
    pool.on('error', (error) => options.onError?.(error));
    return pool;
}
