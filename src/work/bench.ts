import type { Command } from '../domain/command.js';
import type { OutputWriter } from '../ports/output-store.js';
import type { RunContext } from '../ports/runner.js';
import type { Agent } from '../runner/agents/agent.js';
import type { ForgeAccess } from '../runner/forges/forge-access.js';
import type { RunningGroups } from '../runner/leftover-processes.js';
import type { Environment } from '../runner/process-environment.js';
import type { Checkout } from './checkout.js';

/** Who does what an agent command asks for. */
export type Hands =
  | { readonly kind: 'agent'; readonly agent: Agent }
  | {
      readonly kind: 'person';
      /** Shows the task, and returns when the person says it is done. */
      readonly ask: (task: { readonly title: string; readonly prompt: string; readonly file: string }) => Promise<void>;
    };

/** What commands are carried out with, in one checkout. */
export interface Bench {
  readonly checkout: Checkout;
  readonly hands: Hands;
  /** What agents and tests see: the person's environment without any credentials of specwright's. */
  readonly env: Environment;
  /** What the person's git sees. */
  readonly gitEnv: Environment;
  readonly secrets: readonly string[];
  readonly forges: ForgeAccess;
  /** Programs that run, so that the next worker can end those of one that was killed. */
  readonly groups: RunningGroups;
  /** The worker's own folder in the checkout. */
  readonly folder: string;
  /** Where an output of a command is streamed to. */
  openOutput(sessionId: string, commandId: string, name: string): Promise<OutputWriter>;
}

/** One command, with the work tree it is about: the checkout, or the executor's workspace on this machine. */
export interface Task<C extends Command = Command> {
  readonly command: C;
  readonly workspace: string;
  readonly context: RunContext;
}

export type CommandOf<K extends Command['kind']> = Extract<Command, { kind: K }>;
