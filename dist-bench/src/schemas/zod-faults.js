import { z } from 'zod';
import { nearestName } from './nearest-name.js';
const KINDS = {
    string: 'text',
    int: 'a whole number',
    number: 'a number',
    object: 'a mapping of keys to values',
    array: 'a list',
};
/** zod's issues in words, one per field. `params.expected` of a custom issue is what was expected. */
export function issueFaults(issues, schema, value) {
    const faults = issues.flatMap((issue) => toFaults(issue, schema, value));
    const seen = new Set();
    return faults.filter(({ path }) => {
        const key = JSON.stringify(path);
        return !seen.has(key) && seen.add(key);
    });
}
function toFaults(issue, schema, value) {
    const { path } = issue;
    switch (issue.code) {
        case 'unrecognized_keys':
            return issue.keys.map((key) => unknownKey(path, key, knownKeys(schema, path)));
        case 'invalid_type':
            return [{ path, message: kindOf(valueAt(value, path)), expected: KINDS[issue.expected] ?? issue.expected }];
        case 'invalid_value':
            return [notAmong(path, valueAt(value, path), issue.values.map(String))];
        case 'too_small':
            return [{ path, message: issue.origin === 'number' ? 'is too small' : 'is empty', ...atLeast(issue) }];
        case 'too_big':
            return [{ path, message: issue.origin === 'number' ? 'is too large' : 'is too long', ...atMost(issue) }];
        case 'custom':
            return [{ path, message: issue.message, expected: String(issue.params?.['expected'] ?? 'another value') }];
        case 'invalid_element':
        case 'invalid_format':
        case 'invalid_key':
        case 'invalid_union':
        case 'not_multiple_of':
            return [{ path, message: 'is not valid', expected: issue.message }];
    }
}
function unknownKey(path, key, known) {
    const near = nearestName(key, known);
    const expected = near === null ? `one of ${known.join(', ')}` : `${near}, if that was meant`;
    return { path: [...path, key], atKey: true, message: 'is not a known key', expected };
}
function notAmong(path, found, known) {
    const expected = `one of ${known.join(', ')}`;
    if (typeof found !== 'string')
        return { path, message: kindOf(found), expected };
    const near = nearestName(found, known);
    return { path, message: `is "${found}"`, expected: near === null ? expected : `${expected}; perhaps ${near}` };
}
const atLeast = ({ origin, minimum }) => ({
    expected: origin === 'number' ? `at least ${minimum}` : origin === 'string' ? 'some text' : `at least ${minimum} item`,
});
const atMost = ({ origin, maximum }) => {
    const unit = origin === 'string' ? ' characters' : origin === 'array' ? ' items' : '';
    return { expected: `at most ${maximum}${unit}` };
};
function kindOf(value) {
    if (value === undefined)
        return 'is missing';
    if (value === null)
        return 'is empty';
    if (Array.isArray(value))
        return 'is a list';
    return ({ string: 'is text', number: 'is a number', boolean: 'is true or false' }[typeof value] ?? 'is a mapping');
}
function valueAt(value, path) {
    return path.reduce((at, key) => (typeof at === 'object' && at !== null ? at[key] : undefined), value);
}
function knownKeys(schema, path) {
    let at = unwrap(schema);
    for (const key of path) {
        if (at instanceof z.ZodObject)
            at = unwrap(at.shape[key]);
        else if (at instanceof z.ZodArray)
            at = unwrap(at.element);
    }
    return at instanceof z.ZodObject ? Object.keys(at.shape) : [];
}
function unwrap(schema) {
    return schema instanceof z.ZodDefault ? schema.unwrap() : schema;
}
