import { createHash, randomUUID } from 'node:crypto';
import { isUuid } from '../../domain/names.js';
import type { Scope } from '../../domain/scope.js';
import type { Appended, Finished, Upload } from '../../ports/intake-store.js';
import { MAX_CHUNK_BYTES } from '../output-store.js';
import type { Pool } from '../pool.js';
import { isAddressable, type Statement, type Tx, withScope } from '../with-scope.js';

const UPLOAD = `o.output_id AS "outputId", o.name, o.announced_sha256 AS sha256, o.announced_bytes::float8 AS bytes,
  o.finished_at IS NOT NULL AS "isFinished",
  coalesce((SELECT sum(octet_length(c.content)) FROM output_chunks c
            WHERE c.account_id = $1 AND c.project_id = $2 AND c.output_id = o.output_id), 0)::float8 AS stored`;

const FIND_SAME: Statement = {
  name: 'find_same_upload',
  text: `
SELECT ${UPLOAD} FROM outputs o
WHERE o.account_id = $1 AND o.project_id = $2 AND o.session_id = $3 AND o.command_id = $4 AND o.name = $5
  AND o.announced_sha256 = $6 AND o.announced_bytes = $7
ORDER BY o.created_at LIMIT 1`,
};

const ANNOUNCE: Statement = {
  name: 'announce_upload',
  text: `
INSERT INTO outputs AS o (account_id, project_id, output_id, session_id, command_id, name, announced_sha256, announced_bytes)
SELECT $1, $2, $8, $3, $4, $5, $6, $7 WHERE EXISTS (
  SELECT FROM interactions WHERE account_id = $1 AND project_id = $2 AND session_id = $3 AND command_id = $4)
RETURNING ${UPLOAD}`,
};

const FIND: Statement = {
  name: 'find_upload',
  text: `
SELECT ${UPLOAD} FROM outputs o
WHERE o.account_id = $1 AND o.project_id = $2 AND o.output_id = $3 AND o.announced_sha256 IS NOT NULL`,
};

// One writer at a time: pieces of one upload queue up at its row.
const LOCK: Statement = {
  name: 'lock_upload',
  text: `SELECT FROM outputs WHERE account_id = $1 AND project_id = $2 AND output_id = $3 FOR UPDATE`,
};

const APPEND: Statement = {
  name: 'append_upload',
  text: `
INSERT INTO output_chunks (account_id, project_id, output_id, number, content)
SELECT $1, $2, $3, coalesce(max(number) + 1, 0), $4 FROM output_chunks
WHERE account_id = $1 AND project_id = $2 AND output_id = $3`,
};

const CHUNK: Statement = {
  name: 'read_upload_chunk',
  text: `
SELECT content FROM output_chunks
WHERE account_id = $1 AND project_id = $2 AND output_id = $3 AND number = $4`,
};

const FINISH: Statement = {
  name: 'finish_upload',
  text: `
UPDATE outputs SET sha256 = announced_sha256, bytes = announced_bytes, finished_at = now()
WHERE account_id = $1 AND project_id = $2 AND output_id = $3 AND finished_at IS NULL`,
};

/** See {@link IntakeStore.announce}. Null when there is no such command. */
export async function announce(
  pool: Pool,
  scope: Scope,
  sessionId: string,
  commandId: string,
  { name, sha256, bytes }: { readonly name: string; readonly sha256: string; readonly bytes: number },
): Promise<Upload | null> {
  if (!isAddressable(scope, sessionId)) return null;
  const values = [scope.accountId, scope.projectId, sessionId, commandId, name, sha256, bytes];
  return withScope(
    pool,
    scope,
    async (tx) => {
      const [same] = await tx.query<Upload>(FIND_SAME, values);
      return same ?? (await tx.query<Upload>(ANNOUNCE, [...values, randomUUID()]))[0] ?? null;
    },
    { lockSession: sessionId },
  );
}

export async function findUpload(pool: Pool, scope: Scope, outputId: string): Promise<Upload | null> {
  if (!isAddressable(scope) || !isUuid(outputId)) return null;
  return withScope(pool, scope, (tx) => find(tx, scope, outputId));
}

export async function append(
  pool: Pool,
  scope: Scope,
  outputId: string,
  offset: number,
  bytes: Uint8Array,
): Promise<Appended> {
  if (!isAddressable(scope) || !isUuid(outputId)) return { kind: 'unknown' };
  if (bytes.length > MAX_CHUNK_BYTES) throw new RangeError(`a piece has at most ${MAX_CHUNK_BYTES} bytes`);
  const key = [scope.accountId, scope.projectId, outputId];
  return withScope<Appended>(pool, scope, async (tx) => {
    await tx.query(LOCK, key);
    const upload = await find(tx, scope, outputId);
    if (upload === null) return { kind: 'unknown' };
    // The same piece again, whose answer was lost.
    if (offset + bytes.length <= upload.stored) return { kind: 'stored', upload };
    if (upload.isFinished || offset !== upload.stored || offset + bytes.length > upload.bytes)
      return { kind: 'gap', upload };
    await tx.query(APPEND, [...key, Buffer.from(bytes)]);
    return { kind: 'stored', upload: { ...upload, stored: upload.stored + bytes.length } };
  });
}

export async function finish(pool: Pool, scope: Scope, outputId: string): Promise<Finished> {
  if (!isAddressable(scope) || !isUuid(outputId)) return { kind: 'unknown' };
  const key = [scope.accountId, scope.projectId, outputId];
  return withScope<Finished>(pool, scope, async (tx) => {
    await tx.query(LOCK, key);
    const upload = await find(tx, scope, outputId);
    if (upload === null) return { kind: 'unknown' };
    const ref = { id: outputId, sha256: upload.sha256, bytes: upload.bytes };
    if (upload.isFinished) return { kind: 'finished', ref };
    const sha256 = await hashOf(tx, key);
    if (upload.stored !== upload.bytes || sha256 !== upload.sha256) return { kind: 'mismatch', upload, sha256 };
    await tx.query(FINISH, key);
    return { kind: 'finished', ref };
  });
}

async function find(tx: Tx, scope: Scope, outputId: string): Promise<Upload | null> {
  return (await tx.query<Upload>(FIND, [scope.accountId, scope.projectId, outputId]))[0] ?? null;
}

/** Chunk by chunk: 50 MB are not held at once. */
async function hashOf(tx: Tx, key: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (let number = 0; ; number += 1) {
    const [chunk] = await tx.query<{ content: Buffer }>(CHUNK, [...key, number]);
    if (chunk === undefined) return hash.digest('hex');
    hash.update(chunk.content);
  }
}
