import type { JsonObject } from './json.js';

export const COMMAND_KINDS = [
  'prepare_workspace',
  'agent',
  'check_document',
  'run_tests',
  'spawn_children',
  'finalize',
] as const;
export type CommandKind = (typeof COMMAND_KINDS)[number];

/** One program to run: argv, never a shell string. */
export interface ScriptLine {
  readonly argv: readonly string[];
  /** Relative to the command's `cwd`. */
  readonly cwd: string;
  readonly stdin?: string | LargeText;
  readonly timeoutMs: number;
  readonly okExitCodes: readonly number[];
}

/** Stands for a text too large to travel through history; the text is in Postgres under this hash. */
export interface LargeText {
  readonly sha256: string;
  readonly bytes: number;
}

export const MAX_INLINE_STDIN_BYTES = 16 * 1024;

export interface ExpectedFile {
  readonly path: string;
  readonly why: string;
}

/** A JUnit XML report the command writes at `path` and reports as the output named `output`. */
export interface ExpectedTestReport {
  readonly path: string;
  readonly output: string;
  /** The component a failure in this report is charged to. */
  readonly component: string;
  /** The test file that was run; a failing case named after it is a file that did not load. */
  readonly testFile: string;
}

export interface Expects {
  readonly files: readonly ExpectedFile[];
  readonly testReports: readonly ExpectedTestReport[];
}

/** What a kind needs besides its script. */
export type CommandMetadata = {
  readonly prepare_workspace: WorkspaceMetadata;
  readonly agent: AgentMetadata;
  readonly check_document: JsonObject;
  readonly run_tests: WorkspaceMetadata;
  readonly spawn_children: SpawnMetadata;
  readonly finalize: FinalizeMetadata;
};

export interface WorkspaceMetadata {
  readonly remote: string;
  readonly branch: string;
  /** The branch this one starts from: the project's default branch, or the parent's branch. */
  readonly baseBranch: string;
  /** Whether the branch is pushed: true for root sessions. */
  readonly push: boolean;
}

export interface AgentMetadata extends WorkspaceMetadata {
  readonly context: string;
  readonly component: string;
  /** How often this component was given this step before, across attempts, plus one. */
  readonly turn: number;
  /** The agent's task; the same text as the script's stdin. */
  readonly prompt: string | LargeText;
}

export interface FinalizeMetadata extends WorkspaceMetadata {
  /** Exactly the files to stage. */
  readonly files: readonly string[];
  readonly message: string;
  readonly trailers: { readonly session: string; readonly step: string };
}

export interface PlannedChild {
  readonly sessionId: string;
  readonly component: string;
  readonly attempt: number;
  /** Components of this context that have to be merged before this one starts. */
  readonly dependsOn: readonly string[];
}

export interface SpawnMetadata extends WorkspaceMetadata {
  readonly childSessionIds: readonly string[];
  readonly children: readonly PlannedChild[];
  /** Components that have a child but are no longer in the context. */
  readonly removed: readonly string[];
}

interface CommandBase {
  readonly id: string;
  readonly sessionId: string;
  /** 1..n in its session. */
  readonly seq: number;
  readonly step: string;
  readonly title: string;
  /** What a person with a terminal would run, in this order. */
  readonly script: readonly ScriptLine[];
  /** Absolute path on the executor's host, or `.` for a client without an executor. */
  readonly cwd: string;
  readonly timeoutMs: number;
  readonly expects: Expects;
  readonly promptVersion: string | null;
}

/** What to run, as data, discriminated by `kind`. */
export type Command = {
  [K in CommandKind]: CommandBase & { readonly kind: K; readonly metadata: CommandMetadata[K] };
}[CommandKind];

type WithoutKey<C> = C extends unknown ? Omit<C, 'id' | 'sessionId' | 'seq' | 'step'> : never;
/** A command before it has an identity: what a step builds. */
export type CommandDraft = WithoutKey<Command>;
