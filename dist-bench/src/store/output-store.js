import { createHash, randomUUID } from 'node:crypto';
import { textFault } from '../domain/json.js';
import { isUuid } from '../domain/names.js';
import { isAddressable, withScope } from './with-scope.js';
export const MAX_CHUNK_BYTES = 256 * 1024;
const OPEN = {
    name: 'open_output',
    text: `INSERT INTO outputs (account_id, project_id, output_id, session_id, command_id, name) VALUES ($1, $2, $3, $4, $5, $6)`,
};
const APPEND = {
    name: 'append_output',
    text: `INSERT INTO output_chunks (account_id, project_id, output_id, number, content) VALUES ($1, $2, $3, $4, $5)`,
};
const FINISH = {
    name: 'finish_output',
    text: `UPDATE outputs SET sha256 = $4, bytes = $5, finished_at = now()
         WHERE account_id = $1 AND project_id = $2 AND output_id = $3`,
};
const READ = {
    name: 'read_output',
    text: `
SELECT c.content FROM outputs o
LEFT JOIN output_chunks c ON c.account_id = $1 AND c.project_id = $2 AND c.output_id = o.output_id
WHERE o.account_id = $1 AND o.project_id = $2 AND o.output_id = $3 AND o.finished_at IS NOT NULL
ORDER BY c.number`,
};
export function createOutputStore(pool) {
    return {
        async open(scope, sessionId, commandId, name) {
            const fault = textFault(name);
            if (fault)
                throw new RangeError(`The output's name ${fault}.`);
            const id = randomUUID();
            await withScope(pool, scope, (tx) => tx.queryAndCommit(OPEN, [scope.accountId, scope.projectId, id, sessionId, commandId, name]));
            return new ChunkWriter(pool, scope, id);
        },
        async read(scope, id) {
            if (!isAddressable(scope) || !isUuid(id))
                return null;
            const values = [scope.accountId, scope.projectId, id];
            const rows = await withScope(pool, scope, (tx) => tx.queryAndCommit(READ, values));
            if (rows.length === 0)
                return null;
            return Buffer.concat(rows.flatMap(({ content }) => (content === null ? [] : [content])));
        },
    };
}
/** Collects bytes to full chunks. Writes queue up, so that callers need not wait for each other. */
class ChunkWriter {
    pool;
    scope;
    id;
    hash = createHash('sha256');
    pending = [];
    pendingBytes = 0;
    written = 0;
    number = 0;
    last = Promise.resolve();
    constructor(pool, scope, id) {
        this.pool = pool;
        this.scope = scope;
        this.id = id;
    }
    write(chunk) {
        // A copy: a stream may use the same memory again before the bytes are on their way.
        const bytes = Buffer.from(chunk);
        this.hash.update(bytes);
        this.written += bytes.length;
        this.pending.push(bytes);
        this.pendingBytes += bytes.length;
        return this.pendingBytes < MAX_CHUNK_BYTES ? this.last : this.enqueue(() => this.flush(MAX_CHUNK_BYTES));
    }
    async finish() {
        await this.enqueue(() => this.flush(1));
        const ref = { id: this.id, sha256: this.hash.digest('hex'), bytes: this.written };
        await this.send(FINISH, [ref.sha256, ref.bytes]);
        return ref;
    }
    enqueue(work) {
        this.last = this.last.then(work);
        // The same failure is given to whoever writes or finishes next.
        this.last.catch(() => undefined);
        return this.last;
    }
    /** Sends chunks while at least `atLeast` bytes are pending. */
    async flush(atLeast) {
        while (this.pendingBytes >= atLeast) {
            const all = Buffer.concat(this.pending);
            const chunk = all.subarray(0, MAX_CHUNK_BYTES);
            const rest = all.subarray(chunk.length);
            this.pending = rest.length === 0 ? [] : [rest];
            this.pendingBytes = rest.length;
            await this.send(APPEND, [this.number, chunk]);
            this.number += 1;
        }
    }
    async send(statement, values) {
        const { accountId, projectId } = this.scope;
        await withScope(this.pool, this.scope, (tx) => tx.queryAndCommit(statement, [accountId, projectId, this.id, ...values]));
    }
}
