import type { JudgedFile } from './evidence.js';
import type { Forge } from './forge.js';
import type { SessionTypeName } from './session.js';

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
  /** What the test runner said for people, reported as an output too: it tells why a file did not load. */
  readonly log?: { readonly path: string; readonly output: string };
}

/** A design document at `path`, its bytes reported as the output named `output`. */
export interface ExpectedDocument {
  readonly path: string;
  readonly output: string;
  readonly type: 'context' | 'component' | 'review';
  /** The component it describes, which an error in it is charged to; null for a context and a review. */
  readonly component: string | null;
}

export interface Expects {
  readonly files: readonly ExpectedFile[];
  readonly testReports: readonly ExpectedTestReport[];
  readonly documents?: readonly ExpectedDocument[];
  /** Not this session's to change: put back to what the branch has, or removed, before anything runs. */
  readonly restored?: readonly string[];
  /** Which of these paths exist at that commit is to be reported as `evidence.baseFiles`. */
  readonly base?: { readonly commit: string; readonly paths: readonly string[] };
}

/** What a kind needs besides its script. */
export type CommandMetadata = {
  readonly prepare_workspace: WorkspaceMetadata;
  readonly agent: AgentMetadata;
  readonly check_document: WorkspaceMetadata;
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
  /** Null for work on a whole context. */
  readonly component: string | null;
  /** How often this component was given this step before, across attempts, plus one. */
  readonly turn: number;
  /** The agent's task; the same text as the script's stdin. */
  readonly prompt: string | LargeText;
  /** The expected file is removed before the agent begins, so that an old one is not taken for its work. */
  readonly fresh?: boolean;
  /** The agent's conversation to go on with, when an earlier turn of this session told one. */
  readonly conversationId?: string | null;
}

export interface FinalizeMetadata extends WorkspaceMetadata {
  /** Exactly the files to stage. */
  readonly files: readonly string[];
  /** The files that were judged, as they were then; nothing else may be staged. Absent: an earlier release judged them. */
  readonly judged?: readonly JudgedFile[];
  readonly message: string;
  readonly trailers: { readonly session: string; readonly step: string };
  /** Where a pull request into `baseBranch` is to be opened, and its text; null for a child and for a plain remote. */
  readonly pullRequest?: { readonly forge: Forge; readonly title: string; readonly body: string } | null;
}

export interface PlannedChild {
  readonly sessionId: string;
  /** Absent: the `childType` of the parent's type. */
  readonly type?: SessionTypeName;
  /** `*` for a child that is about the whole context. */
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
