import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { canonicalJson } from './json.js';
import type { Result } from './result.js';

/** sha256 of a text's UTF-8 bytes, in lower-case hex. */
export function sha256Hex(text: string): string {
  return bytesToHex(sha256(utf8ToBytes(text)));
}

/** sha256 of bytes, in lower-case hex. */
export function sha256OfBytes(bytes: Uint8Array): string {
  return bytesToHex(sha256(bytes));
}

/**
 * What makes two reports the same: sha256 of the RFC 8785 JSON of the result without `startedAt` and `durationMs`,
 * so that a client that lost the answer may report again with other clock readings.
 */
export function resultDigest(result: Result): string {
  const { startedAt: _startedAt, durationMs: _durationMs, ...content } = result;
  return sha256Hex(canonicalJson(content));
}
