import { RefusedError } from '../../api/sessions.js';

/** Exit codes, as `specwright --help` lists them. */
export const EXIT = { ok: 0, failed: 1, usage: 2, refused: 3 } as const;
export const EXIT_HELP = `
Exit codes:
  0  done, or the session is complete
  1  the session failed or was cancelled, or something broke
  2  wrong usage, a bad file or configuration, a missing program
  3  specwright refused it (the code and the fix are in the message)`;

/** An error that is the user's to mend: one sentence with the fix. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export function exitCodeOf(error: unknown): number {
  if (error instanceof RefusedError) return EXIT.refused;
  const name = error instanceof Error ? error.name : '';
  return ['UsageError', 'ConfigError', 'MissingProgramError'].includes(name) ? EXIT.usage : EXIT.failed;
}

export function errorJson(error: unknown): object {
  if (error instanceof RefusedError) return { error: error.refusal };
  return { error: { code: error instanceof Error ? error.name : 'Error', message: printable(messageOf(error)) } };
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** A JSON document, with the control characters that JSON leaves as they are written as its escapes. */
export function jsonText(value: unknown, indent = 0): string {
  return JSON.stringify(value, null, indent).replace(
    /[\u007f-\u009f]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Control characters in text from outside are shown, never obeyed by the terminal. */
export function printable(text: string): string {
  return text.replace(
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g,
    (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}

/** The same of what is one line among others: text from outside makes no line of its own. */
export function printableLine(text: string): string {
  return printable(text.replace(/[\t\n]+/g, ' '));
}
