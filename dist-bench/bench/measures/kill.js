import { bareSide, specwrightSide } from '../sides.js';
import { interleaved, median, medianRatio, rounded } from '../statistics.js';
/** A new worker has its polls out by then. */
const POLLING_MS = 500;
/** Within the few milliseconds a report takes, somewhere else every time. */
const INSIDE_MS = [2, 4, 6, 8, 10];
export async function measureKill(stack, sizes) {
    const [one, other] = [
        await firstHolder(stack, specwrightSide(stack, 'kill')),
        await firstHolder(stack, bareSide(stack, 'kill-bare')),
    ];
    const waiting = await interleaved(sizes.waiting, () => one.next(killedWaiting), () => other.next(killedWaiting));
    const inside = await interleaved(sizes.insideTask, (repeat) => one.next(killedInside, repeat), (repeat) => other.next(killedInside, repeat));
    await Promise.all([one.end(), other.end()]);
    const insideTask = sizes.insideTask === 0 ? {} : { insideTask: figures(inside.one, inside.other) };
    return { ...figures(waiting.one, waiting.other), ...insideTask };
}
async function firstHolder(stack, side) {
    let holder = await stack.worker(side.taskQueue, side.roles);
    return {
        async next(report, repeat = 0) {
            // With one worker up there is no doubt about who holds the session in its cache.
            const reporter = await side.start();
            for (let turn = 0; turn < 4; turn += 1)
                await reporter.report();
            const standby = await stack.worker(side.taskQueue, side.roles);
            await new Promise((resolve) => setTimeout(resolve, POLLING_MS));
            let killedAt = NaN;
            const victim = holder;
            const kill = () => {
                killedAt = performance.now();
                return victim.end();
            };
            await report(reporter, kill, repeat);
            const took = performance.now() - killedAt;
            await victim.end();
            holder = standby;
            return took;
        },
        end: () => holder.end(),
    };
}
async function killedWaiting(reporter, kill) {
    await kill();
    await reporter.report();
}
async function killedInside(reporter, kill, repeat) {
    const answered = reporter.report();
    await new Promise((resolve) => setTimeout(resolve, INSIDE_MS[repeat % INSIDE_MS.length]));
    await Promise.all([kill(), answered]);
}
function figures(one, other) {
    return {
        p50Ms: rounded(median(one), 0),
        maxMs: rounded(Math.max(...one), 0),
        bareP50Ms: rounded(median(other), 0),
        bareMaxMs: rounded(Math.max(...other), 0),
        ratioP50: rounded(medianRatio(one, other)),
        tries: one.length,
    };
}
