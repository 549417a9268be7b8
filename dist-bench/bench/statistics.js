export function median(values) {
    return percentile(values, 50);
}
/** Nearest rank; NaN of nothing. */
export function percentile(values, percent) {
    const sorted = [...values].sort((a, b) => a - b);
    return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? NaN;
}
export function rounded(value, digits = 2) {
    return Number(value.toFixed(digits));
}
/** Runs `one` and `other` in turn, `repeats` times, changing who begins, so that noise hits both. */
export async function interleaved(repeats, one, other) {
    const [ones, others] = [[], []];
    for (let repeat = 0; repeat < repeats; repeat += 1) {
        if (repeat % 2 === 1)
            others.push(await other(repeat));
        ones.push(await one(repeat));
        if (repeat % 2 === 0)
            others.push(await other(repeat));
    }
    return { one: ones, other: others };
}
/** The median of the repeats' own ratios: what slows down one repeat slows down both sides of it. */
export function medianRatio(one, other) {
    return median(one.map((value, index) => value / other[index]));
}
