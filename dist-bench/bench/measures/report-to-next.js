import { spent } from '../profile.js';
import { bareSide, specwrightSide } from '../sides.js';
import { interleaved, median, medianRatio, percentile, rounded } from '../statistics.js';
const WARM_UP_CLIENTS = 20;
const WARM_UP_REPORTS = 10;
/** Initialize and GenerateImplementation; from then on RunTests and FixImplementation take turns. */
const LEADING_REPORTS = 2;
export async function measureReports(stack, sizes) {
    const sides = [specwrightSide(stack, 'reports'), bareSide(stack, 'reports-bare')];
    const workers = await Promise.all(sides.map(({ taskQueue, roles }) => stack.worker(taskQueue, roles)));
    const at = (index, clients, each) => () => block(stack, sides[index], workers[index], clients, each);
    for (const index of [0, 1])
        await at(index, WARM_UP_CLIENTS, WARM_UP_REPORTS)();
    const { repeats, each } = sizes;
    const one = await interleaved(repeats, at(0, 1, each.clients1), at(1, 1, each.clients1));
    const fifty = await interleaved(repeats, at(0, 50, each.clients50), at(1, 50, each.clients50));
    await Promise.all(workers.map((worker) => worker.end()));
    const bare = { clients1: figures(one.other, one.other), clients50: figures(fifty.other, fifty.other) };
    const costs = { specwright: medianSpent(fifty.one), bare: medianSpent(fifty.other) };
    return [
        { clients1: figures(one.one, one.other), clients50: figures(fifty.one, fifty.other) },
        { bare, spent: costs },
    ];
}
/** New sessions each time; starting them is not timed. */
async function block(stack, side, worker, clients, each) {
    const reporters = await Promise.all(Array.from({ length: clients }, () => side.start()));
    for (let leading = 0; leading < LEADING_REPORTS; leading += 1) {
        await Promise.all(reporters.map((reporter) => reporter.report()));
    }
    const latenciesMs = [];
    let seconds = 0;
    const cost = await spent(stack, worker, reporters[0].sessionId, each, clients, async () => {
        const began = performance.now();
        await Promise.all(reporters.map((reporter) => reportInTurn(reporter, each, latenciesMs)));
        seconds = (performance.now() - began) / 1_000;
    });
    return { latenciesMs, perSecond: latenciesMs.length / seconds, spent: cost };
}
async function reportInTurn(reporter, times, latenciesMs) {
    for (let turn = 0; turn < times; turn += 1) {
        const began = performance.now();
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
