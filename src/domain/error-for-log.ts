/** What may be logged of an error. Its message is text of anybody's: values of rows, bytes of a body, words of an agent. */
export interface ErrorForLog {
  readonly name: string;
  /** Words of its own: a code, SQL's table and constraint. */
  readonly [word: string]: unknown;
  /** Where it was thrown, the innermost first. */
  readonly at?: readonly string[];
  readonly cause?: ErrorForLog;
}

const WORD = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,79}$/;
const WORDS = ['code', 'type', 'severity', 'table', 'constraint', 'syscall'] as const;
const FRAME = /^\s+at .*:\d+:\d+\)?$/;
const MAX_FRAMES = 12;
const MAX_CAUSES = 3;

export function errorForLog(error: unknown, depth = 0): ErrorForLog {
  // Errors of the workflow sandbox are of another realm: they are no instances of this one's Error.
  if (error === null || typeof error !== 'object') return { name: typeof error };
  const given = error as Readonly<Record<string, unknown>>;
  const frames = framesOf(given);
  return {
    name: wordOf(given['name']) ?? 'Error',
    ...(typeof given['code'] === 'number' ? { code: given['code'] } : {}),
    ...Object.fromEntries(WORDS.flatMap((word) => (wordOf(given[word]) === null ? [] : [[word, given[word]]]))),
    ...(frames.length > 0 ? { at: frames } : {}),
    ...(given['cause'] instanceof Object && depth < MAX_CAUSES
      ? { cause: errorForLog(given['cause'], depth + 1) }
      : {}),
  };
}

const wordOf = (value: unknown): string | null => (typeof value === 'string' && WORD.test(value) ? value : null);

/** The message is cut off first: it could have lines that look like frames. */
function framesOf({ stack, message }: Readonly<Record<string, unknown>>): readonly string[] {
  if (typeof stack !== 'string' || typeof message !== 'string' || !stack.includes(message)) return [];
  const frames = stack.slice(stack.indexOf(message) + message.length).split('\n');
  return frames
    .filter((line) => FRAME.test(line))
    .slice(0, MAX_FRAMES)
    .map((line) => line.trim());
}
