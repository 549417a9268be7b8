const MASK = Buffer.from('***');
export function createMasker(secrets) {
    const needles = [...new Set(secrets)].filter((secret) => secret !== '').map((secret) => Buffer.from(secret));
    return needles.length === 0 ? { push: (chunk) => Buffer.from(chunk), end: () => Buffer.alloc(0) } : masking(needles);
}
/** Masks a text that is there as a whole. */
export function maskText(text, secrets) {
    const masker = createMasker(secrets);
    return Buffer.concat([masker.push(Buffer.from(text)), masker.end()]).toString('utf8');
}
function masking(needles) {
    let held = Buffer.alloc(0);
    /** Bytes at the start of `held` that belong to a secret whose mask was already written. */
    let covered = 0;
    const take = (buffer, until) => {
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
function holdFrom(buffer, needles) {
    let from = buffer.length;
    for (const needle of needles) {
        for (let at = Math.max(0, buffer.length - needle.length + 1); at < from; at += 1) {
            if (buffer.subarray(at).equals(needle.subarray(0, buffer.length - at)))
                from = at;
        }
    }
    return from;
}
function maskUntil(buffer, until, alreadyCovered, needles) {
    const parts = [];
    let covered = alreadyCovered;
    let clean = covered;
    for (const { start, end } of matches(buffer, until, needles)) {
        if (start >= covered) {
            parts.push(buffer.subarray(clean, start), MASK);
        }
        covered = Math.max(covered, end);
        clean = covered;
    }
    if (clean < until)
        parts.push(buffer.subarray(clean, until));
    return { masked: Buffer.concat(parts), covered };
}
function matches(buffer, until, needles) {
    const found = [];
    for (const needle of needles) {
        for (let at = buffer.indexOf(needle); at >= 0 && at < until; at = buffer.indexOf(needle, at + 1)) {
            found.push({ start: at, end: at + needle.length });
        }
    }
    return found.sort((a, b) => a.start - b.start);
}
