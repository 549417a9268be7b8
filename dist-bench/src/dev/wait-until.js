import { setTimeout as sleep } from 'node:timers/promises';
/** Asks `probe` until it gives something other than null; throws when the time is up. An error of `probe` ends the wait. */
export async function waitUntil(probe, waiting) {
    const deadline = performance.now() + waiting.timeoutMs;
    for (;;) {
        const found = await probe();
        if (found !== null)
            return found;
        if (performance.now() > deadline)
            throw new Error(`${waiting.otherwise} within ${waiting.timeoutMs / 1000} s`);
        await sleep(waiting.everyMs ?? 50);
    }
}
