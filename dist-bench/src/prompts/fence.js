/**
 * Text from outside, marked as data: the fence is longer than any run of backquotes inside, so the text cannot end it
 * and speak as specwright.
 */
export function fenced(text) {
    const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map((run) => run[0].length));
    const fence = '`'.repeat(longest + 1);
    return `${fence}text\n${text}\n${fence}`;
}
/** Cuts a text to `max` characters and says so. */
export function clipped(text, max) {
    return text.length <= max
        ? text
        : `${text.slice(0, max).toWellFormed()}\n[cut: ${text.length - max} more characters]`;
}
