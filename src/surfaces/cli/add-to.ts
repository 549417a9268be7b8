import type { Command } from 'commander';
import type { CliEnvironment, Connected } from './environment.js';

/** What every file of commands is given to add its own. */
export interface AddTo {
  readonly program: Command;
  readonly environment: CliEnvironment;
  /** Runs `use` against the running stack and closes the connections whatever happens. */
  connected(use: (stack: Connected) => Promise<void>): Promise<void>;
  exitWith(code: number): void;
}

export const JSON_OPTION = ['--json', 'print one JSON document on stdout'] as const;
