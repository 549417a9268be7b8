import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
const PROGRAM = fileURLToPath(new URL('./worker-process.js', import.meta.url));
const START_TIMEOUT_MS = 60_000;
const ANSWER_TIMEOUT_MS = 10_000;
/** Every process that was started and not yet seen to end. */
const running = new Set();
export async function forkWorker(spec) {
    const child = fork(PROGRAM, [JSON.stringify(spec)], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    running.add(child);
    child.once('exit', () => running.delete(child));
    await next(child, 'ready', START_TIMEOUT_MS);
    return {
        pid: child.pid,
        async stats() {
            child.send('stats');
            return (await next(child, 'stats', ANSWER_TIMEOUT_MS)).stats;
        },
        end: () => end(child),
    };
}
/** Ends whatever is left, when the benchmark itself ends early. */
export async function endWorkers() {
    await Promise.all([...running].map((child) => end(child)));
}
async function end(child) {
    if (child.exitCode !== null || child.signalCode !== null)
        return;
    const exited = once(child, 'exit', { signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) });
    child.kill('SIGKILL');
    await exited;
}
async function next(child, kind, timeoutMs) {
    const waiting = new AbortController();
    const signal = AbortSignal.any([waiting.signal, AbortSignal.timeout(timeoutMs)]);
    const ended = once(child, 'exit', { signal }).then(() => {
        throw new Error(`a worker process ended before it was ${kind}`);
    });
    const answered = once(child, 'message', { signal }).then(([message]) => message);
    try {
        const message = await Promise.race([answered, ended]);
        if (message.kind !== kind)
            throw new Error(`a worker process said ${message.kind} instead of ${kind}`);
        return message;
    }
    finally {
        waiting.abort();
        await Promise.allSettled([ended, answered]);
    }
}
