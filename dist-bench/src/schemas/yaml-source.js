import { isMap, isNode, isPair, Lexer, LineCounter, parseDocument, } from 'yaml';
import { textFault } from '../domain/json.js';
export const MAX_YAML_BYTES = 512 * 1024;
/** Uses of anchors; a bomb of nested aliases is refused before it is unfolded. */
const MAX_ALIASES = 100;
const MAX_ERRORS = 20;
/** The parser recurses, and at the end of its stack V8 may end the whole process: depth is bounded before it runs. */
const MAX_FLOW_DEPTH = 50;
/** A block level starts at least one column further right than the one it is in. */
const MAX_BLOCK_COLUMN = 200;
/** Reads YAML 1.2 of one document, with the place of every value. Never throws. */
export function readYaml(text) {
    const unreadable = sourceFault(text);
    if (unreadable !== null)
        return { ok: false, errors: [unreadable] };
    const lines = new LineCounter();
    try {
        const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, stringKeys: true });
        const faults = [...document.errors, ...document.warnings];
        if (faults.length > 0) {
            return { ok: false, errors: faults.slice(0, MAX_ERRORS).map((error) => toFault(error, lines)) };
        }
        const value = document.toJS({ maxAliasCount: MAX_ALIASES });
        return { ok: true, value, placeOf: (path, atKey) => placeOf(document, lines, path, atKey) };
    }
    catch (error) {
        return { ok: false, errors: [unreadableFault(error)] };
    }
}
function sourceFault(text) {
    if (Buffer.byteLength(text) > MAX_YAML_BYTES) {
        return atStart(`is larger than ${MAX_YAML_BYTES} bytes`, 'a smaller file');
    }
    const unfit = textFault(text);
    if (unfit !== null) {
        const index = Math.max(text.search(/\0|\p{Surrogate}/u), 0);
        const before = text.slice(0, index).split('\n');
        const place = { line: before.length, column: before.at(-1).length + 1 };
        return { ...place, field: '', message: unfit, expected: 'text without U+0000 and lone surrogates' };
    }
    return depthFault(text);
}
/** Looks at the lexer's tokens, which come without recursion. */
function depthFault(text) {
    let [line, column, flowDepth] = [1, 1, 0];
    for (const token of new Lexer().lex(text)) {
        if (token === '[' || token === '{')
            flowDepth += 1;
        else if (token === ']' || token === '}')
            flowDepth = Math.max(flowDepth - 1, 0);
        const opensBlock = flowDepth === 0 && (token === '-' || token === '?' || token === ':');
        if (flowDepth > MAX_FLOW_DEPTH || (opensBlock && column > MAX_BLOCK_COLUMN)) {
            const expected = `at most ${MAX_FLOW_DEPTH} brackets in each other, and keys within ${MAX_BLOCK_COLUMN} columns`;
            return { line, column, field: '', message: 'is nested too deeply', expected };
        }
        const lastBreak = token.lastIndexOf('\n');
        line += lastBreak < 0 ? 0 : token.split('\n').length - 1;
        // The lexer marks a document and a scalar by one control character, which takes no place in the text.
        column =
            lastBreak < 0
                ? column + (/^[\u0002\u0018\u001f\ufeff]$/.test(token) ? 0 : token.length)
                : token.length - lastBreak;
    }
    return null;
}
/** The parser throws on alias bombs and on aliases without an anchor. */
function unreadableFault(error) {
    const message = error instanceof Error ? error.message.split('\n')[0] : 'cannot be read';
    return atStart(message, `YAML that uses its anchors at most ${MAX_ALIASES} times`);
}
function atStart(message, expected) {
    return { line: 1, column: 1, field: '', message, expected };
}
function toFault(error, lines) {
    const { line, col } = lines.linePos(error.pos[0]);
    return {
        line: Math.max(line, 1),
        column: Math.max(col, 1),
        field: '',
        message: error.message,
        expected: 'valid YAML',
    };
}
function placeOf(document, lines, path, atKey) {
    for (let length = path.length; length >= 0; length -= 1) {
        const node = nodeAt(document, path.slice(0, length), atKey && length === path.length);
        const start = node?.range?.[0];
        if (start === undefined)
            continue;
        const { line, col } = lines.linePos(start);
        return { line, column: col };
    }
    return { line: 1, column: 1 };
}
function nodeAt(document, path, atKey) {
    if (!atKey) {
        const node = path.length === 0 ? document.contents : document.getIn(path, true);
        return isNode(node) ? node : null;
    }
    const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
    if (!isMap(parent))
        return null;
    const pair = parent.items.find((item) => isPair(item) && String(item.key) === String(path.at(-1)));
    return isNode(pair?.key) ? pair.key : null;
}
