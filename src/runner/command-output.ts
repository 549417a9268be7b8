import type { OutputWriter } from '../ports/output-store.js';
import type { RunContext } from '../ports/runner.js';
import type { Output } from '../domain/result.js';
import { createMasker } from './mask-secrets.js';
import type { StreamName } from './run-process.js';
import { openRegularFile } from './workspace-files.js';

/** Between two progress lines about output. */
const PROGRESS_MS = 1_000;
/** Between two signs of life of a silent program. */
const STILL_RUNNING_MS = 5_000;

/** Streams the output of one command to its named outputs; an output that stays empty is not made. */
export class CommandOutput {
  private readonly writers = new Map<string, Promise<OutputWriter>>();
  private lastLineAt = 0;
  private bytes = 0;

  constructor(private readonly context: RunContext) {}

  /** A sink for `runProcess`, whose chunks are masked already. */
  sink(prefix: string): (stream: StreamName, chunk: Buffer) => Promise<void> {
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
  async addFile(name: string, workspace: string, path: string, secrets: readonly string[]): Promise<boolean> {
    const file = await openRegularFile(workspace, path);
    if (file === null) return false;
    try {
      const masker = createMasker(secrets);
      for await (const chunk of file.handle.createReadStream({ autoClose: false })) {
        this.context.signal.throwIfAborted();
        await this.write(name, masker.push(chunk as Buffer));
      }
      await this.write(name, masker.end(), true);
      return true;
    } finally {
      await file.handle.close();
    }
  }

  /** Says every few seconds that a command still runs, until the returned function is called. */
  keepAlive(what: string): () => void {
    const startedAt = Date.now();
    const timer = setInterval(() => {
      this.context.progress(`${what} runs for ${Math.round((Date.now() - startedAt) / 1_000)} s`);
    }, STILL_RUNNING_MS);
    return () => clearInterval(timer);
  }

  /** Ends all outputs and returns references to those named by `wanted`. */
  async finish(wanted: (name: string) => boolean = () => true): Promise<readonly Output[]> {
    const outputs: Output[] = [];
    for (const [name, opening] of this.writers) {
      const ref = await (await opening).finish();
      if (wanted(name)) outputs.push({ name, ref });
    }
    return outputs;
  }

  private async write(name: string, bytes: Buffer, evenEmpty = false): Promise<void> {
    if (bytes.length === 0 && !evenEmpty) return;
    let opening = this.writers.get(name);
    if (opening === undefined) {
      opening = this.context.output(name);
      this.writers.set(name, opening);
    }
    const writer = await opening;
    if (bytes.length > 0) await writer.write(bytes);
  }
}
