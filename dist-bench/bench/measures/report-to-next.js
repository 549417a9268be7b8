import { spent } from '../profile.js';
import { bareSide, specwrightSide } from '../sides.js';
import { interleaved, median, medianRatio, percentile, rounded } from '../statistics.js';
const WARM_UP = { clients: 20, seconds: 1 };
/** Initialize and GenerateImplementation; from then on RunTests and FixImplementation take turns. */
const LEADING_REPORTS = 2;
/** What one session can take by its bounds. */
const MAX_REPORTS = 190;
export async function measureReports(stack, { repeats, seconds }) {
    const sides = [specwrightSide(stack, 'reports'), bareSide(stack, 'reports-bare')];
    const workers = await Promise.all(sides.map(({ taskQueue, roles }) => stack.worker(taskQueue, roles)));
    const at = (index, clients, forSeconds) => () => block(stack, sides[index], workers[index], clients, forSeconds);
    for (const index of [0, 1])
        await at(index, WARM_UP.clients, WARM_UP.seconds)();
    const one = await interleaved(repeats, at(0, 1, seconds), at(1, 1, seconds));
    const fifty = await interleaved(repeats, at(0, 50, seconds), at(1, 50, seconds));
    await Promise.all(workers.map((worker) => worker.end()));
    const bare = { clients1: figures(one.other, one.other), clients50: figures(fifty.other, fifty.other) };
    const costs = { specwright: medianSpent(fifty.one), bare: medianSpent(fifty.other) };
    return [
        { clients1: figures(one.one, one.other), clients50: figures(fifty.one, fifty.other) },
        { bare, spent: costs },
    ];
}
/** New sessions each time; starting them is not timed. */
async function block(stack, side, worker, clients, forSeconds) {
    const reporters = await Promise.all(Array.from({ length: clients }, () => side.start()));
    for (let leading = 0; leading < LEADING_REPORTS; leading += 1) {
        await Promise.all(reporters.map((reporter) => reporter.report()));
    }
    const latenciesMs = [];
    let seconds = 0;
    const cost = await spent(stack, worker, reporters[0].sessionId, async () => {
        const began = performance.now();
        const until = began + forSeconds * 1_000;
        const counts = await Promise.all(reporters.map((reporter) => reportUntil(reporter, until, latenciesMs)));
        seconds = (performance.now() - began) / 1_000;
        return { all: latenciesMs.length, ofSession: counts[0] };
    });
    return { latenciesMs, perSecond: latenciesMs.length / seconds, spent: cost };
}
async function reportUntil(reporter, until, latenciesMs) {
    for (let reports = 0;; reports += 1) {
        const began = performance.now();
        if (began >= until || reports === MAX_REPORTS)
            return reports;
        await reporter.report();
        latenciesMs.push(performance.now() - began);
    }
}
function figures(blocks, bare) {
    const p50 = ({ latenciesMs }) => median(latenciesMs);
    const perSecond = (block) => block.perSecond;
    return {
        p50Ms: rounded(median(blocks.map(p50))),
        p99Ms: rounded(percentile(blocks.flatMap(({ latenciesMs }) => latenciesMs), 99)),
        perSecond: rounded(median(blocks.map(perSecond)), 1),
        ratioP50: rounded(medianRatio(blocks.map(p50), bare.map(p50))),
        ratioPerSecond: rounded(medianRatio(blocks.map(perSecond), bare.map(perSecond))),
    };
}
function medianSpent(blocks) {
    const names = Object.keys(blocks[0].spent);
    const entries = names.map((name) => [name, rounded(median(blocks.map(({ spent: cost }) => cost[name])), 1)]);
    return Object.fromEntries(entries);
}
