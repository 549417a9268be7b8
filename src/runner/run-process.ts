import { spawn, type ChildProcess } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { MAX_TAIL, tail } from '../domain/failures.js';
import type { GroupNote } from './leftover-processes.js';
import { createMasker, maskText } from './mask-secrets.js';
import type { Environment } from './process-environment.js';
import { watchGroup, type Exit, type ProcessGroup } from './process-group.js';

export const DEFAULT_OUTPUT_LIMIT_BYTES = 10 * 1024 * 1024;
/** After the program ended only a process that left its group can hold the output open: this long in silence, this long at all. */
const DRAIN_SILENCE_MS = 1_000;
const DRAIN_MS = 10_000;

export type StreamName = 'stdout' | 'stderr';

export interface ProcessSpec {
  /** Program and arguments; never a shell. */
  readonly argv: readonly string[];
  readonly cwd: string;
  /** The whole environment. */
  readonly env: Environment;
  readonly stdin?: string | Uint8Array;
  readonly timeoutMs: number;
  /** Of both streams together. Default {@link DEFAULT_OUTPUT_LIMIT_BYTES}. */
  readonly outputLimitBytes?: number;
  /** Values replaced by `***` in everything that leaves here. */
  readonly secrets?: readonly string[];
  /** Aborted: the group is ended and the promise rejects with the signal's reason. */
  readonly signal: AbortSignal;
  /** Awaited before more is read, so that a slow writer slows the program down. */
  readonly onOutput?: (stream: StreamName, chunk: Buffer) => Promise<void> | void;
  /** Notes the group from before it begins until it is gone. */
  readonly note?: () => Promise<GroupNote>;
}

export type ProcessOutcome = ProcessEnded | ProcessNotStarted;

export interface ProcessEnded extends Exit {
  readonly started: true;
  readonly timedOut: boolean;
  readonly outputLimited: boolean;
  /** The end of stdout and stderr as they came, at most 4 KiB, masked. */
  readonly tail: string;
}

/** The program is missing or cannot be run; `message` says so in one sentence. */
export interface ProcessNotStarted {
  readonly started: false;
  readonly message: string;
}

/** Runs one program in its own process group and waits until the whole group is gone. */
export async function runProcess(spec: ProcessSpec): Promise<ProcessOutcome> {
  spec.signal.throwIfAborted();
  const note = await spec.note?.();
  const child = await start({ ...spec, env: { ...spec.env, ...note?.env } });
  if ('started' in child) {
    await note?.gone();
    return child;
  }
  const group = watchGroup(child, spec.timeoutMs, spec.signal);
  const output = new OutputPump(spec, () => group.end());
  // At once: Node throws away the output of a program that has ended before anybody reads it.
  const reading = output.read(child);
  try {
    await note?.started(child.pid!);
    feed(child, spec.stdin);
    const exit = await output.until(child, group, reading);
    return { started: true, ...exit, timedOut: group.timedOut(), outputLimited: output.limited, tail: output.tail() };
  } finally {
    group.end();
    await group.exited;
    group.dispose();
    closeOutput(child);
    await note?.gone();
  }
}

async function start(spec: ProcessSpec): Promise<ChildProcess | ProcessNotStarted> {
  const [program, ...args] = spec.argv;
  if (program === undefined || program === '') return { started: false, message: 'the command has no program' };
  const folder = await stat(spec.cwd).catch(() => null);
  if (!folder?.isDirectory()) return { started: false, message: `the folder ${spec.cwd} does not exist` };
  try {
    const child = spawn(program, args, {
      cwd: spec.cwd,
      env: spec.env,
      detached: true,
      shell: false,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    await new Promise<void>((resolve, reject) => child.once('spawn', resolve).once('error', reject));
    return child;
  } catch (error) {
    return { started: false, message: maskText(whyNotStarted(program, error), spec.secrets ?? []) };
  }
}

function whyNotStarted(program: string, error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOENT') return `${program} is not installed or not on PATH`;
  if (code === 'EACCES') return `${program} may not be executed (permission denied)`;
  if (code === 'E2BIG') return `the arguments of ${program} are too long`;
  return `${program} could not be started: ${tail(error instanceof Error ? error.message : String(error), 300)}`;
}

function feed(child: ChildProcess, stdin: string | Uint8Array | undefined): void {
  // A program that does not read its input to the end is free to do so.
  child.stdin!.on('error', () => undefined);
  child.stdin!.end(stdin ?? '');
}

function closeOutput(child: ChildProcess): void {
  child.stdin?.destroy();
  child.stdout?.destroy();
  child.stderr?.destroy();
}

/** Takes output from the pipes through the masker to the writer, and counts it. */
class OutputPump {
  limited = false;
  private leftBytes: number;
  private recent: Buffer = Buffer.alloc(0);
  private delivering = 0;
  private lastMovedAt = 0;

  constructor(
    private readonly spec: ProcessSpec,
    private readonly stop: () => void,
  ) {
    this.leftBytes = spec.outputLimitBytes ?? DEFAULT_OUTPUT_LIMIT_BYTES;
  }

  /** Begins to take what comes. A failing writer ends the program at once; its error comes out of `until`. */
  read(child: ChildProcess): Promise<unknown> {
    const reading = Promise.all([this.readOne(child, 'stdout'), this.readOne(child, 'stderr')]);
    reading.catch(() => this.stop());
    return reading;
  }

  /** Waits until the program has exited and its output is read. */
  async until(child: ChildProcess, group: ProcessGroup, reading: Promise<unknown>): Promise<Exit> {
    const exit = await group.exited;
    this.spec.signal.throwIfAborted();
    await this.drain(child, reading);
    this.spec.signal.throwIfAborted();
    return exit;
  }

  tail(): string {
    return tail(this.recent.toString('utf8').replaceAll('\u0000', '\ufffd'));
  }

  private async readOne(child: ChildProcess, name: StreamName): Promise<void> {
    const stream = child[name]!;
    const masker = createMasker(this.spec.secrets ?? []);
    try {
      for await (const chunk of stream) await this.deliver(name, masker.push(this.withinLimit(chunk as Buffer)));
    } catch (error) {
      // Destroyed by `drain`: what came until then counts.
      if (!stream.destroyed || (error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
    }
    await this.deliver(name, masker.end());
  }

  private async deliver(name: StreamName, bytes: Buffer): Promise<void> {
    this.lastMovedAt = Date.now();
    if (bytes.length === 0) return;
    this.recent = Buffer.concat([this.recent, bytes.subarray(-MAX_TAIL)]).subarray(-MAX_TAIL);
    this.delivering += 1;
    try {
      await this.spec.onOutput?.(name, bytes);
    } finally {
      this.delivering -= 1;
      this.lastMovedAt = Date.now();
    }
  }

  private withinLimit(chunk: Buffer): Buffer {
    const allowed = chunk.subarray(0, this.leftBytes);
    this.leftBytes -= allowed.length;
    if (allowed.length < chunk.length) {
      this.limited = true;
      this.stop();
    }
    return allowed;
  }

  /** Waits for the rest of the output, but not for a pipe that a runaway process keeps open in silence. */
  private async drain(child: ChildProcess, reading: Promise<unknown>): Promise<void> {
    const exitedAt = Date.now();
    this.lastMovedAt = exitedAt;
    const watch = setInterval(() => {
      const silent = this.delivering === 0 && Date.now() - this.lastMovedAt >= DRAIN_SILENCE_MS;
      if (silent || Date.now() - exitedAt >= DRAIN_MS) closeOutput(child);
    }, 100);
    try {
      await reading;
    } finally {
      clearInterval(watch);
    }
  }
}
