import { Command, CommanderError } from 'commander';
import { RELEASE } from '../../domain/release.js';
import type { AddTo } from './add-to.js';
import { addDocumentCommands } from './document-commands.js';
import { addCompletionCommand } from './completion-command.js';
import type { CliEnvironment } from './environment.js';
import { errorJson, EXIT, EXIT_HELP, exitCodeOf, jsonText, messageOf, printable, UsageError } from './errors.js';
import { addExportCommands } from './export-command.js';
import { addKeyCommands } from './key-commands.js';
import { addOperatorCommands } from './operator-commands.js';
import { addMcpCommand } from './mcp-command.js';
import { addProjectCommands } from './project-commands.js';
import { addPurgeCommand } from './purge-command.js';
import { addReadCommands } from './read-commands.js';
import { addSessionCommands } from './session-commands.js';
import { addStackCommands } from './stack-commands.js';
import { addWorkCommand } from './work-command.js';

const WHERE_HELP = `
Where commands go:
  SPECWRIGHT_URL and SPECWRIGHT_API_KEY set: to the HTTP API there, as the key may
  otherwise: to the stack of the data folder (\`specwright up\`), or of the given servers`;

/** Parses the arguments, runs one command, and returns the exit code. */
export async function runCli(argv: readonly string[], environment: CliEnvironment): Promise<number> {
  let code: number = EXIT.ok;
  // Errors repeat arguments.
  const output = { writeOut: environment.out, writeErr: (text: string) => environment.note(printable(text)) };
  const program = new Command('specwright')
    .description('Durable AI-driven development sessions on Temporal')
    .version(RELEASE)
    .addHelpText('after', `${WHERE_HELP}\n${EXIT_HELP}`)
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput(output);
  const connected: AddTo['connected'] = async (use) => {
    const stack = await environment.connect();
    await use(stack).finally(() => stack.close());
  };
  const add: AddTo = { program, environment, connected, exitWith: (next: number) => void (code = next) };
  addStackCommands(add);
  addProjectCommands(add);
  addDocumentCommands(add);
  addSessionCommands(add);
  addWorkCommand(add);
  addMcpCommand(add);
  addReadCommands(add);
  addOperatorCommands(add);
  addKeyCommands(add);
  addExportCommands(add);
  addPurgeCommand(add);
  addCompletionCommand(add);
  for (const command of allOf(program)) {
    command.exitOverride().configureOutput(output);
  }
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.ok;
    const wrong = error instanceof CommanderError ? new UsageError(error.message) : error;
    if (argv.includes('--json')) environment.out(`${jsonText(errorJson(wrong))}\n`);
    // Commander has said it.
    if (wrong !== error) return EXIT.usage;
    environment.note(`specwright: ${printable(messageOf(error))}\n`);
    return exitCodeOf(error);
  }
}

function allOf(command: Command): readonly Command[] {
  return command.commands.flatMap((child) => [child, ...allOf(child)]);
}
