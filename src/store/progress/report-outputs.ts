import { createHash, randomUUID } from 'node:crypto';
import { isUuid } from '../../domain/names.js';
import { MAX_INLINE_OUTPUT_BYTES, type OutputRef, type Result } from '../../domain/result.js';
import type { Statement, Tx } from '../with-scope.js';

/** Larger ones are not read back for judging: nothing that is judged is this long, and memory is not endless. */
const MAX_JUDGED_BYTES = 16 * 1024 * 1024;
/** Of all outputs of a report; what is named later is missing. */
const MAX_JUDGED_TOTAL_BYTES = 2 * MAX_JUDGED_BYTES;

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

export interface InlineOutput {
  readonly name: string;
  readonly bytes: Buffer;
  readonly ref: OutputRef;
}

type SplitOutputs =
  | { readonly ok: true; readonly inline: readonly InlineOutput[]; readonly stored: Result }
  | { readonly ok: false; readonly message: string };

/** Takes inline bytes out of a result: `stored` is the result with references in their place. */
export function splitOutputs(result: Result): SplitOutputs {
  const inline: InlineOutput[] = [];
  const outputs: { name: string; ref: OutputRef }[] = [];
  for (const [index, output] of (result.outputs ?? []).entries()) {
    if ('ref' in output) {
      outputs.push({ name: output.name, ref: output.ref });
      continue;
    }
    const isText = 'text' in output;
    if (!isText && !BASE64.test(output.base64)) return { ok: false, message: `outputs[${index}].base64 is not base64` };
    const bytes = isText ? Buffer.from(output.text, 'utf8') : Buffer.from(output.base64, 'base64');
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const ref = { id: randomUUID(), sha256, bytes: bytes.length };
    inline.push({ name: output.name, bytes, ref });
    outputs.push({ name: output.name, ref });
  }
  const total = inline.reduce((sum, { bytes }) => sum + bytes.length, 0);
  if (total > MAX_INLINE_OUTPUT_BYTES) {
    return { ok: false, message: `outputs hold ${total} bytes inline, more than ${MAX_INLINE_OUTPUT_BYTES}` };
  }
  return { ok: true, inline, stored: result.outputs === undefined ? result : { ...result, outputs } };
}

const LOAD: Statement = {
  name: 'load_outputs',
  text: `
WITH o AS (
  SELECT output_id, sha256, bytes, sum(bytes) OVER (ORDER BY array_position($4::uuid[], output_id)) AS so_far
  FROM outputs
  WHERE account_id = $1 AND project_id = $2 AND session_id = $3 AND output_id = ANY ($4::uuid[]) AND bytes <= $5
)
SELECT o.output_id AS id, o.sha256, o.bytes::integer AS bytes,
  coalesce((SELECT string_agg(c.content, ''::bytea ORDER BY c.number) FROM output_chunks c
            WHERE c.account_id = $1 AND c.project_id = $2 AND c.output_id = o.output_id), ''::bytea) AS content
FROM o WHERE o.so_far <= $6`,
};

interface LoadedOutput extends OutputRef {
  readonly content: Buffer;
}

/** Bytes of every reported output by name. A reference that is not this session's, or has another hash, is missing. */
export async function loadOutputs(
  tx: Tx,
  key: { scope: { accountId: string; projectId: string }; sessionId: string },
  result: Result,
  inline: readonly InlineOutput[],
): Promise<ReadonlyMap<string, Uint8Array>> {
  const found = new Map<string, Uint8Array>(inline.map(({ name, bytes }) => [name, bytes]));
  const wanted = (result.outputs ?? []).flatMap((output) =>
    'ref' in output && isUuid(output.ref.id) ? [{ name: output.name, ref: output.ref }] : [],
  );
  if (wanted.length === 0) return found;
  const ids = wanted.map(({ ref }) => ref.id);
  const { accountId, projectId } = key.scope;
  const rows = await tx.query<LoadedOutput>(LOAD, [
    ...[accountId, projectId, key.sessionId, ids],
    ...[MAX_JUDGED_BYTES, MAX_JUDGED_TOTAL_BYTES],
  ]);
  const byId = new Map(rows.map((row) => [row.id, row]));
  for (const { name, ref } of wanted) {
    const row = byId.get(ref.id);
    if (row && row.sha256 === ref.sha256 && row.bytes === ref.bytes) found.set(name, row.content);
  }
  return found;
}
