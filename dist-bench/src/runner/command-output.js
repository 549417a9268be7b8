import { createMasker } from './mask-secrets.js';
import { openRegularFile } from './workspace-files.js';
/** Between two progress lines about output. */
const PROGRESS_MS = 1_000;
/** Between two signs of life of a silent program. */
const STILL_RUNNING_MS = 5_000;
/** Streams the output of one command to its named outputs; an output that stays empty is not made. */
export class CommandOutput {
    context;
    writers = new Map();
    lastLineAt = 0;
    bytes = 0;
    constructor(context) {
        this.context = context;
    }
    /** A sink for `runProcess`, whose chunks are masked already. */
    sink(prefix) {
        return async (stream, chunk) => {
            this.bytes += chunk.length;
            const now = Date.now();
            if (now - this.lastLineAt >= PROGRESS_MS) {
                this.lastLineAt = now;
                this.context.progress(`${prefix === '' ? '' : `${prefix}: `}${this.bytes} bytes of output`);
            }
            await this.write(prefix === '' ? stream : `${prefix}.${stream}`, chunk);
        };
    }
    /** Streams a file of the workspace to an output; false when it is not there. */
    async addFile(name, workspace, path, secrets) {
        const file = await openRegularFile(workspace, path);
        if (file === null)
            return false;
        try {
            const masker = createMasker(secrets);
            for await (const chunk of file.handle.createReadStream({ autoClose: false })) {
                this.context.signal.throwIfAborted();
                await this.write(name, masker.push(chunk));
            }
            await this.write(name, masker.end(), true);
            return true;
        }
        finally {
            await file.handle.close();
        }
    }
    /** Says every few seconds that a command still runs, until the returned function is called. */
    keepAlive(what) {
        const startedAt = Date.now();
        const timer = setInterval(() => {
            this.context.progress(`${what} runs for ${Math.round((Date.now() - startedAt) / 1_000)} s`);
        }, STILL_RUNNING_MS);
        return () => clearInterval(timer);
    }
    /** Ends all outputs and returns references to those named by `wanted`. */
    async finish(wanted = () => true) {
        const outputs = [];
        for (const [name, opening] of this.writers) {
            const ref = await (await opening).finish();
            if (wanted(name))
                outputs.push({ name, ref });
        }
        return outputs;
    }
    async write(name, bytes, evenEmpty = false) {
        if (bytes.length === 0 && !evenEmpty)
            return;
        let opening = this.writers.get(name);
        if (opening === undefined) {
            opening = this.context.output(name);
            this.writers.set(name, opening);
        }
        const writer = await opening;
        if (bytes.length > 0)
            await writer.write(bytes);
    }
}
