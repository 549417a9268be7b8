import { spawn } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { MAX_TAIL, tail } from '../domain/failures.js';
import { createMasker, maskText } from './mask-secrets.js';
import { watchGroup } from './process-group.js';
export const DEFAULT_OUTPUT_LIMIT_BYTES = 10 * 1024 * 1024;
/** After the program ended only a process that left its group can hold the output open: this long in silence, this long at all. */
const DRAIN_SILENCE_MS = 1_000;
const DRAIN_MS = 10_000;
/** Runs one program in its own process group and waits until the whole group is gone. */
export async function runProcess(spec) {
    spec.signal.throwIfAborted();
    const child = await start(spec);
    if ('started' in child)
        return child;
    const group = watchGroup(child, spec.timeoutMs, spec.signal);
    const output = new OutputPump(spec, () => group.end());
    // At once: Node throws away the output of a program that has ended before anybody reads it.
    const reading = output.read(child);
    let forget;
    try {
        forget = await spec.onStart?.(child.pid);
        feed(child, spec.stdin);
        const exit = await output.until(child, group, reading);
        return { started: true, ...exit, timedOut: group.timedOut(), outputLimited: output.limited, tail: output.tail() };
    }
    finally {
        group.end();
        await group.exited;
        group.dispose();
        closeOutput(child);
        await forget?.();
    }
}
async function start(spec) {
    const [program, ...args] = spec.argv;
    if (program === undefined || program === '')
        return { started: false, message: 'the command has no program' };
    const folder = await stat(spec.cwd).catch(() => null);
    if (!folder?.isDirectory())
        return { started: false, message: `the folder ${spec.cwd} does not exist` };
    try {
        const child = spawn(program, args, {
            cwd: spec.cwd,
            env: spec.env,
            detached: true,
            shell: false,
            stdio: ['pipe', 'pipe', 'pipe'],
        });
        await new Promise((resolve, reject) => child.once('spawn', resolve).once('error', reject));
        return child;
    }
    catch (error) {
        return { started: false, message: maskText(whyNotStarted(program, error), spec.secrets ?? []) };
    }
}
function whyNotStarted(program, error) {
    const code = error.code;
    if (code === 'ENOENT')
        return `${program} is not installed or not on PATH`;
    if (code === 'EACCES')
        return `${program} may not be executed (permission denied)`;
    if (code === 'E2BIG')
        return `the arguments of ${program} are too long`;
    return `${program} could not be started: ${tail(error instanceof Error ? error.message : String(error), 300)}`;
}
function feed(child, stdin) {
    // A program that does not read its input to the end is free to do so.
    child.stdin.on('error', () => undefined);
    child.stdin.end(stdin ?? '');
}
function closeOutput(child) {
    child.stdin?.destroy();
    child.stdout?.destroy();
    child.stderr?.destroy();
}
/** Takes output from the pipes through the masker to the writer, and counts it. */
class OutputPump {
    spec;
    stop;
    limited = false;
    leftBytes;
    recent = Buffer.alloc(0);
    delivering = 0;
    lastMovedAt = 0;
    constructor(spec, stop) {
        this.spec = spec;
        this.stop = stop;
        this.leftBytes = spec.outputLimitBytes ?? DEFAULT_OUTPUT_LIMIT_BYTES;
    }
    /** Begins to take what comes. A failing writer ends the program at once; its error comes out of `until`. */
    read(child) {
        const reading = Promise.all([this.readOne(child, 'stdout'), this.readOne(child, 'stderr')]);
        reading.catch(() => this.stop());
        return reading;
    }
    /** Waits until the program has exited and its output is read. */
    async until(child, group, reading) {
        const exit = await group.exited;
        this.spec.signal.throwIfAborted();
        await this.drain(child, reading);
        this.spec.signal.throwIfAborted();
        return exit;
    }
    tail() {
        return tail(this.recent.toString('utf8').replaceAll('\u0000', '\ufffd'));
    }
    async readOne(child, name) {
        const stream = child[name];
        const masker = createMasker(this.spec.secrets ?? []);
        try {
            for await (const chunk of stream)
                await this.deliver(name, masker.push(this.withinLimit(chunk)));
        }
        catch (error) {
            // Destroyed by `drain`: what came until then counts.
            if (!stream.destroyed || error.code !== 'ERR_STREAM_PREMATURE_CLOSE')
                throw error;
        }
        await this.deliver(name, masker.end());
    }
    async deliver(name, bytes) {
        this.lastMovedAt = Date.now();
        if (bytes.length === 0)
            return;
        this.recent = Buffer.concat([this.recent, bytes.subarray(-MAX_TAIL)]).subarray(-MAX_TAIL);
        this.delivering += 1;
        try {
            await this.spec.onOutput?.(name, bytes);
        }
        finally {
            this.delivering -= 1;
            this.lastMovedAt = Date.now();
        }
    }
    withinLimit(chunk) {
        const allowed = chunk.subarray(0, this.leftBytes);
        this.leftBytes -= allowed.length;
        if (allowed.length < chunk.length) {
            this.limited = true;
            this.stop();
        }
        return allowed;
    }
    /** Waits for the rest of the output, but not for a pipe that a runaway process keeps open in silence. */
    async drain(child, reading) {
        const exitedAt = Date.now();
        this.lastMovedAt = exitedAt;
        const watch = setInterval(() => {
            const silent = this.delivering === 0 && Date.now() - this.lastMovedAt >= DRAIN_SILENCE_MS;
            if (silent || Date.now() - exitedAt >= DRAIN_MS)
                closeOutput(child);
        }, 100);
        try {
            await reading;
        }
        finally {
            clearInterval(watch);
        }
    }
}
