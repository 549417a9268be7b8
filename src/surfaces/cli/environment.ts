import type { Access, Caller } from '../../api/access.js';
import type { MadeProject, NewProject } from '../../api/new-project.js';
import type { ApplyOptions, ApplyOutcome, Sessions } from '../../api/sessions.js';
import type { Diagnosis } from '../../api/doctor.js';
import type { MirrorCheck } from '../../api/mirror-check.js';
import type { Role } from '../../domain/access.js';
import type { ProjectModel } from '../../domain/project.js';
import type { OutputRef } from '../../domain/result.js';
import type { Scope } from '../../domain/scope.js';
import type { SessionTypeName } from '../../domain/session.js';

/** What commands that talk to a running stack are given. */
export interface Connected {
  readonly sessions: Sessions;
  readonly scope: Scope;
  /** What the commands may do there. */
  readonly role: Role;
  /** Where the Temporal Web UI shows a session, when its address is known. */
  sessionUrl(sessionId: string): string | null;
  applyProject(model: ProjectModel, options?: Pick<ApplyOptions, 'dryRun' | 'prune'>): Promise<ApplyOutcome>;
  /** Opens an output of a command, to be referred to in its report. */
  openOutput(
    sessionId: string,
    commandId: string,
    name: string,
  ): Promise<{ write(chunk: Uint8Array): Promise<void>; finish(): Promise<OutputRef> }>;
  close(): Promise<void>;
}

/** What `specwright work` is told. */
export interface WorkOrder {
  readonly field:
    | { readonly kind: 'session'; readonly sessionId: string }
    | { readonly kind: 'project'; readonly type?: SessionTypeName; readonly context?: string };
  /** A folder of the checkout. */
  readonly dir: string;
  /** `person`, `configured`, or a kind of agent. */
  readonly hands: string;
  readonly owner: string | null;
  readonly leaseMs: number;
  readonly anyRemote: boolean;
}

export interface WorkReport {
  readonly owner: string;
  readonly done: readonly { readonly sessionId: string; readonly step: string; readonly outcome: string }[];
  readonly end: 'nothing left' | 'interrupted';
  readonly why: string;
}

/** What commands that compare rows with Temporal are given. */
export interface Operating {
  readonly scope: Scope;
  readonly mirror: MirrorCheck;
  close(): Promise<void>;
}

/** What commands about API keys are given. */
export interface KeyDesk {
  readonly access: Pick<Access, 'createKey' | 'listKeys' | 'rotateKey' | 'revokeKey'>;
  /** The developer of the data folder, as an admin; or whom the key stands for. */
  readonly by: Caller;
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
  operate(): Promise<Operating>;
  diagnose(): Promise<Diagnosis>;
  /** Starts the embedded stack with its workers and keeps it up until the signal. */
  up(options: { json: boolean }): Promise<void>;
  /** Serves the Task Queues of the configured servers until the signal. */
  worker(roles: readonly ('session' | 'executor')[]): Promise<void>;
  /** Serves the HTTP API until the signal. */
  serve(options: { json: boolean }): Promise<void>;
  keys(): Promise<KeyDesk>;
  makeProject(request: NewProject): Promise<MadeProject>;
  setup(): Promise<object>;
  /** Removes sessions that closed before a time (ISO 8601), as the owner of the tables. */
  purge(options: {
    readonly before: string;
    readonly dryRun: boolean;
    readonly account?: string;
  }): Promise<{ readonly sessions: number; readonly outputBytes: number }>;
  demo(options: { json: boolean; keep: boolean; full: boolean }): Promise<number>;
  /** Carries out open commands in a checkout of the person's until there is nothing for a client. */
  work(stack: Connected, order: WorkOrder, say: (line: string) => void): Promise<WorkReport>;
  openInBrowser(url: string): Promise<boolean>;
}
