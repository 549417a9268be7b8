import { createHash, randomUUID } from 'node:crypto';
import { isUuid } from '../../domain/names.js';
import { MAX_INLINE_OUTPUT_BYTES } from '../../domain/result.js';
/** Larger ones are not read back for judging: nothing that is judged is this long, and memory is not endless. */
const MAX_JUDGED_BYTES = 16 * 1024 * 1024;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
/** Takes inline bytes out of a result: `stored` is the result with references in their place. */
export function splitOutputs(result) {
    const inline = [];
    const outputs = [];
    for (const [index, output] of (result.outputs ?? []).entries()) {
        if ('ref' in output) {
            outputs.push({ name: output.name, ref: output.ref });
            continue;
        }
        const isText = 'text' in output;
        if (!isText && !BASE64.test(output.base64))
            return { ok: false, message: `outputs[${index}].base64 is not base64` };
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
const LOAD = {
    name: 'load_outputs',
    text: `
SELECT o.output_id AS id, o.sha256, o.bytes::integer AS bytes,
  coalesce((SELECT string_agg(c.content, ''::bytea ORDER BY c.number) FROM output_chunks c
            WHERE c.account_id = $1 AND c.project_id = $2 AND c.output_id = o.output_id), ''::bytea) AS content
FROM outputs o
WHERE o.account_id = $1 AND o.project_id = $2 AND o.session_id = $3 AND o.output_id = ANY ($4::uuid[])
  AND o.bytes <= $5`,
};
/** Bytes of every reported output by name. A reference that is not this session's, or has another hash, is missing. */
export async function loadOutputs(tx, key, result, inline) {
    const found = new Map(inline.map(({ name, bytes }) => [name, bytes]));
    const wanted = (result.outputs ?? []).flatMap((output) => 'ref' in output && isUuid(output.ref.id) ? [{ name: output.name, ref: output.ref }] : []);
    if (wanted.length === 0)
        return found;
    const ids = wanted.map(({ ref }) => ref.id);
    const { accountId, projectId } = key.scope;
    const rows = await tx.query(LOAD, [accountId, projectId, key.sessionId, ids, MAX_JUDGED_BYTES]);
    const byId = new Map(rows.map((row) => [row.id, row]));
    for (const { name, ref } of wanted) {
        const row = byId.get(ref.id);
        if (row && row.sha256 === ref.sha256 && row.bytes === ref.bytes)
            found.set(name, row.content);
    }
    return found;
}
