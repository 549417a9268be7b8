import type { Failure } from '../../domain/failures.js';
import type { AgentRun } from '../../domain/result.js';
import type { ProcessOutcome, StreamName } from '../run-process.js';

/** One piece of work for an agent, in a workspace of its own. */
export interface AgentTask {
  readonly prompt: string;
  readonly workspace: string;
  readonly context: string;
  /** Null for work on a whole context. */
  readonly component: string | null;
  readonly step: string;
  /** How often this component was given this step, this time included. */
  readonly turn: number;
  /** Paths the agent is to leave behind. */
  readonly files: readonly string[];
  /** The conversation of an earlier turn to go on with, or null. */
  readonly conversationId: string | null;
}

/** What the runner lends an agent. */
export interface AgentTools {
  /** A folder of the executor's, outside the workspace, removed afterwards. */
  readonly tempFolder: string;
  readonly timeoutMs: number;
  /** Runs a program in the workspace with limits, masking and streamed output. */
  run(argv: readonly string[], stdin?: string, reader?: OutputReader): Promise<ProcessOutcome>;
}

/** For an agent whose output has to be read while it runs, because its outcome is not in the end of it alone. */
export interface OutputReader {
  /** Of both streams together, in place of the usual limit. */
  readonly limitBytes: number;
  /** What is printed, masked. */
  read(stream: StreamName, chunk: Buffer): void;
}

export type AgentOutcome =
  | {
      readonly ok: true;
      readonly exitCode: number;
      /** The end of what it said. */
      readonly text: string;
      readonly agent?: AgentRun;
    }
  | { readonly ok: false; readonly exitCode?: number; readonly failure: Failure; readonly agent?: AgentRun };

/** Turns a prompt into a program to run, and its end into an outcome. */
export interface Agent {
  readonly name: string;
  /** What is missing to use it, in one sentence, or null. */
  check(): Promise<string | null>;
  run(task: AgentTask, tools: AgentTools): Promise<AgentOutcome>;
}
