import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { lineOutcome } from '../run-lines.js';
import type { Agent, AgentTask } from './agent.js';
import { findProgram } from './find-program.js';

export interface CommandAgentConfig {
  readonly kind: 'command';
  /**
   * Program and arguments; `{prompt_file}`, `{workspace}`, `{context}`, `{component}`, `{step}` and `{turn}` are replaced
   * inside an argument. The prompt is on standard input as well.
   */
  readonly argv: readonly string[];
  /** Name shown to people; the program's by default. */
  readonly name?: string;
}

const PLACEHOLDER = /\{(prompt_file|workspace|context|component|step|turn)\}/g;

/** Any program that takes a prompt and changes files. Without a search path only a program named by its path is looked for. */
export function createCommandAgent(config: CommandAgentConfig, searchPath?: string): Agent {
  const program = config.argv[0] ?? '';
  return {
    name: config.name ?? `command ${program}`,
    async check() {
      if (program === '') return 'the command agent has no program: give it as a list of arguments';
      if (searchPath === undefined && !program.includes('/')) return null;
      return (await findProgram(program, searchPath ?? '')) === null
        ? `the agent's program ${program} is not installed or not on PATH`
        : null;
    },
    async run(task, tools) {
      const promptFile = join(tools.tempFolder, 'prompt.md');
      await writeFile(promptFile, task.prompt, { mode: 0o600 });
      const argv = config.argv.map((argument) => fill(argument, task, promptFile));
      const ended = lineOutcome(program, await tools.run(argv, task.prompt), tools.timeoutMs);
      if (!ended.ran) return { ok: false, failure: ended.failure };
      if (ended.exitCode === 0) return { ok: true, exitCode: 0, text: ended.tail };
      const message = `${program} ended with exit code ${ended.exitCode}`;
      return { ok: false, exitCode: ended.exitCode, failure: { kind: 'agent_failed', message, detail: ended.tail } };
    },
  };
}

function fill(argument: string, task: AgentTask, promptFile: string): string {
  const values: Readonly<Record<string, string>> = {
    prompt_file: promptFile,
    workspace: task.workspace,
    context: task.context,
    component: task.component ?? '',
    step: task.step,
    turn: String(task.turn),
  };
  // A function as replacement: `$&` in a value stays what it is.
  return argument.replace(PLACEHOLDER, (whole, name: string) => values[name] ?? whole);
}
