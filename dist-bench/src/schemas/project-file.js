import { resolve } from 'node:path';
import { modelFaults } from './project-file-faults.js';
import { projectFileSchema } from './project-file-schema.js';
import { readYaml } from './yaml-source.js';
import { issueFaults } from './zod-faults.js';
/** Reads a `specwright.yaml`. A relative `remote` is taken from the folder of `fileName`. Never throws. */
export function parseProjectFile(text, fileName) {
    const source = readYaml(text);
    if (!source.ok)
        return { ok: false, errors: source.errors.map((error) => ({ file: fileName, ...error })) };
    const parsed = projectFileSchema.safeParse(source.value);
    const faults = parsed.success
        ? modelFaults(parsed.data)
        : issueFaults(parsed.error.issues, projectFileSchema, source.value);
    if (parsed.success && faults.length === 0)
        return { ok: true, model: toModel(parsed.data, fileName) };
    const errors = faults.map(({ path, atKey, message, expected }) => ({
        file: fileName,
        ...source.placeOf(path, atKey ?? false),
        field: fieldName(path),
        message,
        expected,
    }));
    return { ok: false, errors: errors.sort((a, b) => a.line - b.line || a.column - b.column) };
}
/** One line per error, `file:line:column: field message; expected …`, for a terminal. */
export function formatProjectErrors(errors) {
    return errors
        .map(({ file, line, column, field, message, expected }) => {
        const subject = field === '' ? message : `${field} ${message}`;
        return `${printable(`${file}:${line}:${column}: ${subject}`)}; expected ${printable(expected)}`;
    })
        .join('\n');
}
function toModel(content, fileName) {
    const { project, contexts, rules } = content;
    return {
        project: { ...project, remote: absoluteRemote(project.remote, fileName) },
        contexts: contexts.map(({ name, description }) => ({ name, description })),
        components: contexts.flatMap((context) => context.components.map((component) => ({ ...component, context: context.name }))),
        stories: contexts.flatMap((context) => context.stories.map((story) => ({ ...story, context: context.name }))),
        rules,
    };
}
/** A path is made absolute, for git runs elsewhere; everything with a host or a scheme stays as it is. */
function absoluteRemote(remote, fileName) {
    return /^(?:[a-z+]+:\/\/|[^/]+:)/i.test(remote) ? remote : resolve(fileName, '..', remote);
}
function fieldName(path) {
    return path
        .map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index ? '.' : ''}${String(part)}`))
        .join('');
}
/** Names from the file may hold anything; a terminal is given no control characters. */
function printable(text) {
    const shown = text.toWellFormed().replace(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu, '\ufffd');
    return shown.length <= 600 ? shown : `${shown.slice(0, 599)}…`;
}
