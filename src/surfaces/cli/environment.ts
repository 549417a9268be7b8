import type { ApplyOptions, ApplyOutcome, Sessions } from '../../api/sessions.js';
import type { ProjectModel } from '../../domain/project.js';
import type { Scope } from '../../domain/scope.js';

/** What commands that talk to a running stack are given. */
export interface Connected {
  readonly sessions: Sessions;
  readonly scope: Scope;
  readonly executorQueue: string;
  /** Where the Temporal Web UI shows a session, when its address is known. */
  sessionUrl(sessionId: string): string | null;
  applyProject(model: ProjectModel, options?: Pick<ApplyOptions, 'dryRun' | 'prune'>): Promise<ApplyOutcome>;
  close(): Promise<void>;
}

/** What the composition root hands to the commands, so that this folder constructs nothing. */
export interface CliEnvironment {
  readonly isTerminal: boolean;
  /** Ctrl-C, SIGTERM. */
  readonly signal: AbortSignal;
  out(text: string): void;
  /** Progress and errors; stdout stays one JSON document with `--json`. */
  note(text: string): void;
  readText(path: string): Promise<string>;
  connect(): Promise<Connected>;
  /** Starts the embedded stack with its workers and keeps it up until the signal. */
  up(options: { json: boolean }): Promise<void>;
  /** Serves the Task Queues of the configured servers until the signal. */
  worker(roles: readonly ('session' | 'executor')[]): Promise<void>;
  setup(): Promise<object>;
  /** Removes sessions that closed before a time (ISO 8601), as the owner of the tables. */
  purge(options: {
    readonly before: string;
    readonly dryRun: boolean;
    readonly account?: string;
  }): Promise<{ readonly sessions: number; readonly outputBytes: number }>;
  demo(options: { json: boolean; keep: boolean; full: boolean }): Promise<number>;
  openInBrowser(url: string): Promise<boolean>;
}
