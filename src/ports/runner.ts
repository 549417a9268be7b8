import type { Merged, MergeInput } from '../contract/activities.js';
import type { Command } from '../domain/command.js';
import type { Result } from '../domain/result.js';
import type { OutputWriter } from './output-store.js';

/** What running something needs from around it. */
export interface RunContext {
  readonly sessionId: string;
  /** Aborted on cancellation: the process group is ended and the promise rejects with the signal's reason. */
  readonly signal: AbortSignal;
  /** Called with a short line whenever something happens; the activity heartbeats it. */
  progress(line: string): void;
  /** Opens an output to stream bytes to. */
  output(name: string): Promise<OutputWriter>;
}

export type MergeRequest = MergeInput & {
  readonly remote: string;
  readonly parentBranch: string;
  readonly push: boolean;
};

/** Carries out commands where the workspaces are. Everything that can go wrong with the work is a {@link Result}. */
export interface Runner {
  /** Carries out the typed kind (not the script), and looks at what is there afterwards. */
  run(command: Command, context: RunContext): Promise<Result>;
  /** Merges a child's branch into the parent's with `--no-ff`, without a work tree; repeatable. Pushes for a root. */
  merge(request: MergeRequest, context: RunContext): Promise<Merged>;
  /** For a `spawn_children` command: runs every line of its script on the merged branch and collects files and test reports. */
  check(command: Command, context: RunContext): Promise<Result>;
}
