import { sha256Hex } from './digest.js';
import { canonicalJson, type Json, type JsonObject } from './json.js';
import type { OutputRef } from './result.js';

export const BUNDLE_FORMAT = 'specwright-session-1';

/** Bytes of one output, by the reference that results have. */
export interface BundledOutput extends OutputRef {
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

/** Outputs that the results of a session refer to, the rejected ones too, as whoever reported them claims. */
export function claimsOf(session: unknown, rejected: unknown): readonly OutputRef[] {
  const results = [...listOf(member(session, 'interactions')), ...listOf(rejected)].map((one) => member(one, 'result'));
  const refs = results.flatMap((result) => listOf(member(result, 'outputs')).map((output) => member(output, 'ref')));
  return refs.filter((ref): ref is OutputRef => typeof member(ref, 'id') === 'string');
}

export const isSameOutput = (one: OutputRef, other: OutputRef): boolean =>
  one.id === other.id && one.sha256 === other.sha256 && one.bytes === other.bytes;

const member = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined;
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** What is wrong with a bundle, a sentence each; empty when it is as it was exported. `hashOf` hashes base64's bytes. */
export function bundleFaults(
  value: unknown,
  hashOf: (base64: string) => { sha256: string; bytes: number },
): readonly string[] {
  if (!isBundle(value)) return [`it is no bundle of the form ${BUNDLE_FORMAT}`];
  const { digest, ...content } = value;
  const claims = claimsOf(value.session, value.rejected);
  const outputs = value.outputs.flatMap((output) => {
    if (!isSameOutput({ id: output.id, ...hashOf(output.base64) }, output))
      return [`the bytes of output ${output.id} are not those of its hash`];
    return claims.some((claim) => isSameOutput(claim, output))
      ? []
      : [`no result refers to the bytes of output ${output.id}`];
  });
  const gap = value.events.findIndex(({ revision }, index) => revision !== index + 1);
  const last = value.events.at(-1)?.revision ?? 0;
  return [
    ...(digestOf(content) === digest ? [] : ['its content was changed: the digest is another one']),
    ...outputs,
    ...(gap < 0 ? [] : [`events are missing before revision ${value.events[gap]!.revision}`]),
    ...(last >= Number(value.session['revision'] ?? 0) ? [] : [`events are missing after revision ${last}`]),
  ];
}

/** References to bytes that are not in the bundle: whoever reported them claimed what was never stored, or they were taken out. */
export function unprovenClaims({ session, rejected, outputs }: SessionBundle): readonly OutputRef[] {
  return claimsOf(session, rejected).filter((claim) => !outputs.some((output) => isSameOutput(claim, output)));
}

export function isBundle(value: unknown): value is SessionBundle {
  if (value === null || typeof value !== 'object') return false;
  const { format, digest, outputs, events, session } = value as Partial<SessionBundle>;
  const lists = [outputs, events].every(
    (list) => Array.isArray(list) && list.every((item) => typeof item === 'object' && item !== null),
  );
  return (
    format === BUNDLE_FORMAT && typeof digest === 'string' && lists && typeof session === 'object' && session !== null
  );
}
