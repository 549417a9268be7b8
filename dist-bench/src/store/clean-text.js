import { jsonFault } from '../domain/json.js';
/** The value itself when Postgres can hold it as JSON; otherwise with U+0000 and lone surrogates shown as U+FFFD. */
export function cleaned(value) {
    return jsonFault(value) === null ? value : deepClean(value);
}
export function cleanText(text) {
    return text.toWellFormed().replaceAll('\u0000', '\uFFFD');
}
function deepClean(value) {
    if (typeof value === 'string')
        return cleanText(value);
    if (Array.isArray(value))
        return value.map(deepClean);
    if (value === null || typeof value !== 'object')
        return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [cleanText(key), deepClean(item)]));
}
