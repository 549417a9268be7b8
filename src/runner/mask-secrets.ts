const MASK = Buffer.from('***');

/** Bytes in, bytes out, with every known secret replaced by `***`, also where a secret is cut by a chunk border. */
export interface Masker {
  push(chunk: Uint8Array): Buffer;
  /** What was held back because a secret might have begun in it. */
  end(): Buffer;
}

export function createMasker(secrets: readonly string[]): Masker {
  const needles = [...new Set(secrets)].filter((secret) => secret !== '').map((secret) => Buffer.from(secret));
  return needles.length === 0 ? { push: (chunk) => Buffer.from(chunk), end: () => Buffer.alloc(0) } : masking(needles);
}

/** Masks a text that is there as a whole. */
export function maskText(text: string, secrets: readonly string[]): string {
  const masker = createMasker(secrets);
  return Buffer.concat([masker.push(Buffer.from(text)), masker.end()]).toString('utf8');
}

function masking(needles: readonly Buffer[]): Masker {
  let held: Buffer = Buffer.alloc(0);
  /** Bytes at the start of `held` that belong to a secret whose mask was already written. */
  let covered = 0;
  const take = (buffer: Buffer, until: number): Buffer => {
    const result = maskUntil(buffer, until, covered, needles);
    held = buffer.subarray(until);
    covered = Math.max(0, result.covered - until);
    return result.masked;
  };
  return {
    push(chunk) {
      const buffer = held.length === 0 ? Buffer.from(chunk) : Buffer.concat([held, chunk]);
      return take(buffer, holdFrom(buffer, needles));
    },
    end: () => take(held, held.length),
  };
}

/** The first place from which the rest of `buffer` could be the beginning of a secret. */
function holdFrom(buffer: Buffer, needles: readonly Buffer[]): number {
  let from = buffer.length;
  for (const needle of needles) {
    for (let at = Math.max(0, buffer.length - needle.length + 1); at < from; at += 1) {
      if (buffer.subarray(at).equals(needle.subarray(0, buffer.length - at))) from = at;
    }
  }
  return from;
}

function maskUntil(
  buffer: Buffer,
  until: number,
  alreadyCovered: number,
  needles: readonly Buffer[],
): { masked: Buffer; covered: number } {
  const parts: Buffer[] = [];
  let covered = alreadyCovered;
  let clean = covered;
  for (const { start, end } of matches(buffer, until, needles)) {
    if (start >= covered) {
      parts.push(buffer.subarray(clean, start), MASK);
    }
    covered = Math.max(covered, end);
    clean = covered;
  }
  if (clean < until) parts.push(buffer.subarray(clean, until));
  return { masked: Buffer.concat(parts), covered };
}

function matches(
  buffer: Buffer,
  until: number,
  needles: readonly Buffer[],
): readonly { readonly start: number; readonly end: number }[] {
  const found: { start: number; end: number }[] = [];
  for (const needle of needles) {
    for (let at = buffer.indexOf(needle); at >= 0 && at < until; at = buffer.indexOf(needle, at + 1)) {
      found.push({ start: at, end: at + needle.length });
    }
  }
  return found.sort((a, b) => a.start - b.start);
}
