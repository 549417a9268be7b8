import { bareSide, specwrightSide } from '../sides.js';
import { interleaved, median, medianRatio, rounded } from '../statistics.js';
const SESSIONS = 500;
const CLIENTS = 25;
const MIB = 1024 * 1024;
/** Before anything is counted: code is compiled, connections are open. */
const WARM_UP = 25;
const SETTLE_MS = 2_000;
export async function measureStarts(stack, sizes) {
    const sides = [specwrightSide(stack, 'starts'), bareSide(stack, 'starts-bare')];
    const workers = await Promise.all(sides.map(({ taskQueue, roles }) => stack.worker(taskQueue, roles)));
    for (const side of sides)
        await batch(side, WARM_UP);
    const before = await rss(workers);
    const size = SESSIONS / sizes.repeats;
    const { one, other } = await interleaved(sizes.repeats, () => batch(sides[0], size), () => batch(sides[1], size));
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    const after = await rss(workers);
    await Promise.all(workers.map((worker) => worker.end()));
    return [startFigures(one, other), idleFigures(before, after)];
}
async function batch(side, size) {
    const latenciesMs = [];
    let left = size;
    const client = async () => {
        while (left > 0) {
            left -= 1;
            const began = performance.now();
            await side.start();
            latenciesMs.push(performance.now() - began);
        }
    };
    const began = performance.now();
    await Promise.all(Array.from({ length: CLIENTS }, client));
    return { latenciesMs, perSecond: size / ((performance.now() - began) / 1_000) };
}
async function rss(workers) {
    return Promise.all(workers.map(async (worker) => (await worker.stats()).rssBytes));
}
function startFigures(one, other) {
    const perSecond = (batches) => batches.map((each) => each.perSecond);
    const p50 = (batches) => rounded(median(batches.map(({ latenciesMs }) => median(latenciesMs))));
    return {
        perSecond: rounded(median(perSecond(one)), 1),
        p50Ms: p50(one),
        barePerSecond: rounded(median(perSecond(other)), 1),
        bareP50Ms: p50(other),
        ratioPerSecond: rounded(medianRatio(perSecond(one), perSecond(other))),
    };
}
function idleFigures(before, after) {
    const [one, other] = [0, 1].map((index) => (after[index] - before[index]) / SESSIONS / 1024);
    return {
        rssBeforeMiB: rounded(before[0] / MIB, 1),
        rssAfterMiB: rounded(after[0] / MIB, 1),
        kibPerSession: rounded(one, 1),
        bareKibPerSession: rounded(other, 1),
        ratio: rounded(one / other),
    };
}
