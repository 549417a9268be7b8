import type { Evidence } from './evidence.js';
import type { Failure } from './failures.js';
import type { JsonObject } from './json.js';

export const RESULT_STATUSES = ['ok', 'warning', 'error'] as const;
export type ResultStatus = (typeof RESULT_STATUSES)[number];

/** Output bytes of a command: inline as text or base64 (64 KiB together), or stored before and referred to by sha256. */
export type Output =
  | { readonly name: string; readonly text: string }
  | { readonly name: string; readonly base64: string }
  | { readonly name: string; readonly ref: OutputRef };

/** Where stored output bytes are: the id of the output row, with the hash and size of the bytes. */
export interface OutputRef {
  readonly id: string;
  readonly sha256: string;
  readonly bytes: number;
}

/** What an agent said about its run. What it did not say is absent, which is not zero. */
export interface AgentRun {
  readonly inputTokens?: number;
  readonly outputTokens?: number;
  /** US dollars. */
  readonly costUsd?: number;
  /** The vendor's name of the conversation, so that a fix can go on with it. */
  readonly conversationId?: string;
}

/** What came back from running a command. */
export interface Result {
  readonly status: ResultStatus;
  readonly exitCode?: number;
  readonly data?: JsonObject;
  readonly failure?: Failure;
  readonly evidence?: Evidence;
  readonly outputs?: readonly Output[];
  readonly agent?: AgentRun;
  /** ISO 8601, by the reporter's clock. */
  readonly startedAt?: string;
  readonly durationMs?: number;
}

/** A client's report: what `submitResult` and `reportResult` take. */
export interface Report {
  readonly commandId: string;
  readonly result: Result;
  /** Fencing number of the lease the reporter holds, when it took one. */
  readonly lease?: number;
}

export const MAX_INLINE_OUTPUT_BYTES = 64 * 1024;
export const MAX_DATA_BYTES = 64 * 1024;
