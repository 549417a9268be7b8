import type { Command, CommandDraft } from './command.js';
import type { EvidenceSource, JudgedFile } from './evidence.js';
import type { StepFacts } from './facts.js';
import type { Failure } from './failures.js';
import type { Result } from './result.js';
import type { Verdict } from './session.js';

/** What a step makes of the facts: a command, or why none can be built (a counted error interaction). */
export type Built =
  { readonly ok: true; readonly command: CommandDraft } | { readonly ok: false; readonly failure: Failure };

/** What judging is given: the command as it was handed out, and the bytes of every reported output. */
export interface JudgeInput {
  readonly facts: StepFacts;
  readonly command: Command;
  readonly result: Result;
  readonly source: EvidenceSource;
  /** Output bytes by output name, inline and referred ones alike. */
  readonly outputs: ReadonlyMap<string, Uint8Array>;
}

/** What the design of a context adds to the project model; null leaves what is there, and 0 or nothing for what is new. */
export interface DesignedModel {
  readonly context: string;
  /** Names of other contexts. */
  readonly dependsOn: readonly string[];
  readonly components: readonly {
    readonly name: string;
    readonly type: string;
    readonly description: string;
    readonly priority: number | null;
    readonly dependsOn: readonly string[] | null;
  }[];
}

/** A verdict, and what is written in the same transaction without travelling through history. */
export interface Judgement extends Verdict {
  /** Goes into the project model. */
  readonly designed?: DesignedModel;
  /** The files that were found to be right: these bytes and no others may be delivered. */
  readonly judged?: readonly JudgedFile[];
}
