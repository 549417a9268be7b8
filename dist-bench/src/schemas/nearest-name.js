/** The candidate closest to `name`, or null when none is close enough to be what was meant. */
export function nearestName(name, candidates) {
    const given = name.slice(0, 100).toLowerCase();
    let best = null;
    // A third of the letters may be wrong: enough for a typo, too few for another word.
    let bestDistance = Math.max(2, Math.floor(given.length / 3)) + 1;
    for (const candidate of candidates) {
        const distance = editDistance(given, candidate.toLowerCase());
        if (distance < bestDistance) {
            best = candidate;
            bestDistance = distance;
        }
    }
    return best;
}
function editDistance(a, b) {
    let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
    for (let i = 1; i <= a.length; i += 1) {
        const current = [i];
        for (let j = 1; j <= b.length; j += 1) {
            const replaced = previous[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
            current.push(Math.min(replaced, previous[j] + 1, current[j - 1] + 1));
        }
        previous = current;
    }
    return previous[b.length];
}
