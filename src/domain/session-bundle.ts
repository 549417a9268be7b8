import { sha256Hex } from './digest.js';
import { canonicalJson, type Json, type JsonObject } from './json.js';

export const BUNDLE_FORMAT = 'specwright-session-1';

/** Bytes of one output, by the reference that results have. */
export interface BundledOutput {
  readonly id: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly base64: string;
}

/** One session with everything that is stored about it, and what proves that nothing was changed afterwards. */
export interface SessionBundle {
  readonly format: typeof BUNDLE_FORMAT;
  readonly exportedAt: string;
  readonly session: JsonObject;
  readonly events: readonly { readonly revision: number; readonly [key: string]: Json }[];
  readonly rejected: readonly JsonObject[];
  readonly outputs: readonly BundledOutput[];
  /** sha256 of the RFC 8785 JSON of everything else. */
  readonly digest: string;
}

export function makeBundle(parts: Omit<SessionBundle, 'format' | 'digest'>): SessionBundle {
  const { exportedAt, session, events, rejected, outputs } = parts;
  const content = { format: BUNDLE_FORMAT, exportedAt, session, events, rejected, outputs } as const;
  return { ...content, digest: digestOf(content) };
}

function digestOf(content: Omit<SessionBundle, 'digest'>): string {
  return sha256Hex(canonicalJson(content));
}

/** What is wrong with a bundle, a sentence each; empty when it is as it was exported. `hashOf` hashes base64's bytes. */
export function bundleFaults(
  value: unknown,
  hashOf: (base64: string) => { sha256: string; bytes: number },
): readonly string[] {
  if (!isBundle(value)) return [`it is no bundle of the form ${BUNDLE_FORMAT}`];
  const { digest, ...content } = value;
  const outputs = value.outputs.flatMap((output) => {
    const found = hashOf(output.base64);
    return found.sha256 === output.sha256 && found.bytes === output.bytes
      ? []
      : [`the bytes of output ${output.id} are not those of its hash`];
  });
  const gap = value.events.findIndex(({ revision }, index) => revision !== index + 1);
  return [
    ...(digestOf(content) === digest ? [] : ['its content was changed: the digest is another one']),
    ...outputs,
    ...(gap < 0 ? [] : [`events are missing before revision ${value.events[gap]!.revision}`]),
  ];
}

function isBundle(value: unknown): value is SessionBundle {
  if (value === null || typeof value !== 'object') return false;
  const { format, digest, outputs, events, session } = value as Partial<SessionBundle>;
  const lists = [outputs, events].every(
    (list) => Array.isArray(list) && list.every((item) => typeof item === 'object' && item !== null),
  );
  return (
    format === BUNDLE_FORMAT && typeof digest === 'string' && lists && typeof session === 'object' && session !== null
  );
}
