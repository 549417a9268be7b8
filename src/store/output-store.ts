import { createHash, randomUUID, type Hash } from 'node:crypto';
import { textFault } from '../domain/json.js';
import { isUuid } from '../domain/names.js';
import type { OutputRef } from '../domain/result.js';
import type { Scope } from '../domain/scope.js';
import type { OutputStore, OutputWriter } from '../ports/output-store.js';
import type { Pool } from './pool.js';
import { isValueError } from './sql-errors.js';
import { isAddressable, type Statement, withScope } from './with-scope.js';

export const MAX_CHUNK_BYTES = 256 * 1024;

const OPEN: Statement = {
  name: 'open_output',
  text: `INSERT INTO outputs (account_id, project_id, output_id, session_id, command_id, name) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT DO NOTHING`,
};
const APPEND: Statement = {
  name: 'append_output',
  text: `INSERT INTO output_chunks (account_id, project_id, output_id, number, content) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT DO NOTHING`,
};
const FINISH: Statement = {
  name: 'finish_output',
  text: `UPDATE outputs SET sha256 = $4, bytes = $5, finished_at = now()
         WHERE account_id = $1 AND project_id = $2 AND output_id = $3`,
};
/** 10 MiB: a longer read could outlast its statement's time. */
const CHUNKS_AT_ONCE = 40;
const READ: Statement = {
  name: 'read_output',
  text: `
SELECT c.content FROM outputs o
LEFT JOIN output_chunks c ON c.account_id = $1 AND c.project_id = $2 AND c.output_id = o.output_id
  AND c.number >= $4 AND c.number < $4 + ${CHUNKS_AT_ONCE}
WHERE o.account_id = $1 AND o.project_id = $2 AND o.output_id = $3 AND o.finished_at IS NOT NULL
ORDER BY c.number`,
};

interface OutputStoreOptions {
  /**
   * Called between tries while Postgres is away, so that a long run is not given up for a short outage; throws when nobody
   * waits for the output any more. Without it an outage is thrown.
   */
  readonly pause?: () => Promise<void>;
}

export function createOutputStore(pool: Pool, { pause }: OutputStoreOptions = {}): OutputStore {
  const send: Send = async (scope, statement, values) => {
    for (;;) {
      try {
        const all = [scope.accountId, scope.projectId, ...values];
        return void (await withScope(pool, scope, (tx) => tx.queryAndCommit(statement, all)));
      } catch (error) {
        if (pause === undefined || isValueError(error) || error instanceof TypeError) throw error;
      }
      await pause();
    }
  };
  return {
    async open(scope, sessionId, commandId, name) {
      const fault = textFault(name);
      if (fault) throw new RangeError(`The output's name ${fault}.`);
      const id = randomUUID();
      await send(scope, OPEN, [id, sessionId, commandId, name]);
      return new ChunkWriter(id, (statement, values) => send(scope, statement, [id, ...values]));
    },
    async read(scope, id) {
      if (!isAddressable(scope) || !isUuid(id)) return null;
      const chunks: Buffer[] = [];
      // Bytes of a finished output never change.
      for (let from = 0; ; from += CHUNKS_AT_ONCE) {
        const values = [scope.accountId, scope.projectId, id, from];
        const rows = await withScope(pool, scope, (tx) => tx.queryAndCommit<{ content: Buffer | null }>(READ, values));
        if (rows.length === 0) return null;
        chunks.push(...rows.flatMap(({ content }) => (content === null ? [] : [content])));
        if (rows.length < CHUNKS_AT_ONCE) return Buffer.concat(chunks);
      }
    },
  };
}

/** Repeatable: an answer may have been lost with the connection. */
type Send = (scope: Scope, statement: Statement, values: readonly unknown[]) => Promise<void>;

/** Collects bytes to full chunks. Writes queue up, so that callers need not wait for each other. */
class ChunkWriter implements OutputWriter {
  private readonly hash: Hash = createHash('sha256');
  private pending: Buffer[] = [];
  private pendingBytes = 0;
  private written = 0;
  private number = 0;
  private last: Promise<void> = Promise.resolve();

  constructor(
    private readonly id: string,
    private readonly send: (statement: Statement, values: readonly unknown[]) => Promise<void>,
  ) {}

  write(chunk: Uint8Array): Promise<void> {
    // A copy: a stream may use the same memory again before the bytes are on their way.
    const bytes = Buffer.from(chunk);
    this.hash.update(bytes);
    this.written += bytes.length;
    this.pending.push(bytes);
    this.pendingBytes += bytes.length;
    return this.pendingBytes < MAX_CHUNK_BYTES ? this.last : this.enqueue(() => this.flush(MAX_CHUNK_BYTES));
  }

  async finish(): Promise<OutputRef> {
    await this.enqueue(() => this.flush(1));
    const ref = { id: this.id, sha256: this.hash.digest('hex'), bytes: this.written };
    await this.send(FINISH, [ref.sha256, ref.bytes]);
    return ref;
  }

  private enqueue(work: () => Promise<void>): Promise<void> {
    this.last = this.last.then(work);
    // The same failure is given to whoever writes or finishes next.
    this.last.catch(() => undefined);
    return this.last;
  }

  /** Sends chunks while at least `atLeast` bytes are pending. */
  private async flush(atLeast: number): Promise<void> {
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
}
