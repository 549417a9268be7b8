import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import type { CallOptions } from './call.js';
import type { Operations } from './operations.js';
import { ProblemError } from './problem-error.js';
import type { OutputRef, Upload } from './types.js';

export interface OutputToUpload {
  /** The command that the output belongs to. */
  readonly commandId: string;
  /** Unique among the outputs of the report. */
  readonly name: string;
  /** A Blob may be a file (`fs.openAsBlob`), which is read piece by piece. At most 50 MiB. */
  readonly bytes: Uint8Array | Blob;
}

/** As many as the API takes at once. */
const PIECE_BYTES = 262_144;

/**
 * Stores a large output in pieces and answers what a report refers to: `{name, ref}` in `result.outputs`. The same call again,
 * also from another process, goes on where the one before stopped.
 */
export async function uploadOutput(
  api: Pick<Operations, 'announceUpload' | 'appendToUpload' | 'finishUpload'>,
  sessionId: string,
  { commandId, name, bytes }: OutputToUpload,
  options: CallOptions = {},
): Promise<OutputRef> {
  const size = bytes instanceof Blob ? bytes.size : bytes.length;
  const announcement = { commandId, name, sha256: await hashOf(bytes, size), bytes: size };
  const announced = await api.announceUpload(sessionId, announcement, options);
  const { outputId } = announced;
  for (let { stored } = announced; stored < size;) {
    const [piece, before] = [await pieceOf(bytes, stored), stored];
    ({ stored } = await api.appendToUpload(outputId, piece, stored, options).catch(storedElsewhere));
    // Another that uploads the same may be ahead; that is as good.
    if (stored === before) throw new Error(`the upload ${outputId} does not move from offset ${stored}`);
  }
  return api.finishUpload(outputId, options);
}

function storedElsewhere(error: unknown): Pick<Upload, 'stored'> {
  const stored = error instanceof ProblemError && error.code === 'upload_gap' ? error.problem['stored'] : null;
  if (typeof stored === 'number') return { stored };
  throw error;
}

async function hashOf(bytes: Uint8Array | Blob, size: number): Promise<string> {
  const hash = sha256.create();
  for (let offset = 0; offset < size; offset += PIECE_BYTES) hash.update(await pieceOf(bytes, offset));
  return bytesToHex(hash.digest());
}

async function pieceOf(bytes: Uint8Array | Blob, offset: number): Promise<Uint8Array> {
  const end = offset + PIECE_BYTES;
  if (bytes instanceof Uint8Array) return bytes.subarray(offset, end);
  return new Uint8Array(await bytes.slice(offset, end).arrayBuffer());
}
