import { RefusedError } from '../../api/sessions.js';
/** Exit codes, as `specwright --help` lists them. */
export const EXIT = { ok: 0, failed: 1, usage: 2, refused: 3 };
export const EXIT_HELP = `
Exit codes:
  0  done, or the session is complete
  1  the session failed or was cancelled, or something broke
  2  wrong usage, a bad file or configuration, a missing program
  3  specwright refused it (the code and the fix are in the message)`;
/** An error that is the user's to mend: one sentence with the fix. */
export class UsageError extends Error {
    name = 'UsageError';
}
export function exitCodeOf(error) {
    if (error instanceof RefusedError)
        return EXIT.refused;
    const name = error instanceof Error ? error.name : '';
    return ['UsageError', 'ConfigError', 'MissingProgramError'].includes(name) ? EXIT.usage : EXIT.failed;
}
export function errorJson(error) {
    if (error instanceof RefusedError)
        return { error: error.refusal };
    return { error: { code: error instanceof Error ? error.name : 'Error', message: printable(messageOf(error)) } };
}
export function messageOf(error) {
    return error instanceof Error ? error.message : String(error);
}
/** Control characters in text from outside are shown, never obeyed by the terminal. */
export function printable(text) {
    return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
