import { createHash, randomUUID } from 'node:crypto';
import { isUuid } from '../../domain/names.js';
import { MAX_INLINE_OUTPUT_BYTES, type OutputRef, type Result } from '../../domain/result.js';
import type { Statement, Tx } from '../with-scope.js';

const MIB = 1024 * 1024;
/** Larger ones are not read back for judging: nothing that is judged is this long, and a statement's time is not endless. */
const MAX_JUDGED_BYTES = 8 * MIB;
/** Of all outputs of a report; what is named later is missing. */
const MAX_JUDGED_TOTAL_BYTES = 16 * MIB;

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

const FIND: Statement = {
  name: 'find_outputs',
  text: `
SELECT output_id AS id, sha256, bytes::integer AS bytes FROM outputs
WHERE account_id = $1 AND project_id = $2 AND session_id = $3 AND output_id = ANY ($4::uuid[]) AND bytes <= $5`,
};

const LOAD: Statement = {
  name: 'load_outputs',
  text: `
SELECT o.id, coalesce((SELECT string_agg(c.content, ''::bytea ORDER BY c.number) FROM output_chunks c
                       WHERE c.account_id = $1 AND c.project_id = $2 AND c.output_id = o.id), ''::bytea) AS content
FROM unnest($3::uuid[]) AS o (id)`,
};

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
  const { accountId, projectId } = key.scope;
  const ids = wanted.map(({ ref }) => ref.id);
  const values = [accountId, projectId, key.sessionId, ids, MAX_JUDGED_BYTES];
  const stored = new Map((await tx.query<OutputRef>(FIND, values)).map((row) => [row.id, row]));
  const real = wanted.filter(({ ref }) => {
    const row = stored.get(ref.id);
    return row !== undefined && row.sha256 === ref.sha256 && row.bytes === ref.bytes;
  });
  const content = new Map<string, Buffer>();
  for (const some of readable(real.map(({ ref }) => ref))) {
    const rows = await tx.query<{ id: string; content: Buffer }>(LOAD, [accountId, projectId, some]);
    for (const row of rows) content.set(row.id, row.content);
  }
  for (const { name, ref } of real) {
    const bytes = content.get(ref.id);
    if (bytes) found.set(name, bytes);
  }
  return found;
}

/** Ids of as many as are judged, in the order of the report, in pieces that one statement reads. */
function readable(refs: readonly OutputRef[]): readonly (readonly string[])[] {
  const pieces: { ids: string[]; bytes: number }[] = [];
  let total = 0;
  for (const { id, bytes } of new Map(refs.map((ref) => [ref.id, ref])).values()) {
    total += bytes;
    if (total > MAX_JUDGED_TOTAL_BYTES) break;
    const last = pieces.at(-1);
    if (last && last.bytes + bytes <= MAX_JUDGED_BYTES) {
      last.ids.push(id);
      last.bytes += bytes;
    } else pieces.push({ ids: [id], bytes });
  }
  return pieces.map(({ ids }) => ids);
}
