import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { canonicalJson } from './json.js';
/** sha256 of a text's UTF-8 bytes, in lower-case hex. */
export function sha256Hex(text) {
    return bytesToHex(sha256(utf8ToBytes(text)));
}
/**
 * What makes two reports the same: sha256 of the RFC 8785 JSON of the result without `startedAt` and `durationMs`,
 * so that a client that lost the answer may report again with other clock readings.
 */
export function resultDigest(result) {
    const { startedAt: _startedAt, durationMs: _durationMs, ...content } = result;
    return sha256Hex(canonicalJson(content));
}
