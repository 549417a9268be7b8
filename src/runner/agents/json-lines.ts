/** Longer lines are dropped unread: nothing that decides about a run is that long. */
const MAX_LINE_BYTES = 4 * 1024 * 1024;
const NEWLINE = 10;

export type JsonRecord = Readonly<Record<string, unknown>>;

/** Finds the JSON objects, one a line, in what a program prints; whatever else it prints is passed over. */
export interface JsonLines {
  push(chunk: Uint8Array): void;
  /** The last line may lack its end. */
  end(): void;
}

export function createJsonLines(onRecord: (record: JsonRecord) => void, maxLineBytes = MAX_LINE_BYTES): JsonLines {
  let parts: Uint8Array[] = [];
  let bytes = 0;
  const add = (part: Uint8Array): void => {
    bytes += part.length;
    // Counted but no longer kept, so that memory stays bounded whatever is printed.
    if (bytes > maxLineBytes) parts = [];
    else parts.push(part);
  };
  const endLine = (): void => {
    const record = parseRecord(Buffer.concat(parts).toString('utf8'));
    parts = [];
    bytes = 0;
    if (record !== null) onRecord(record);
  };
  return {
    push(chunk) {
      let from = 0;
      for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
        add(chunk.subarray(from, at));
        endLine();
        from = at + 1;
      }
      add(chunk.subarray(from));
    },
    end: endLine,
  };
}

/** The JSON object a line is, or null. */
export function parseRecord(line: string): JsonRecord | null {
  try {
    return asRecord(JSON.parse(line) as unknown);
  } catch {
    return null;
  }
}

export function asRecord(value: unknown): JsonRecord | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonRecord) : null;
}

export function asText(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

/** A whole number from 0 up, or null. */
export function asCount(value: unknown): number | null {
  return Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : null;
}
