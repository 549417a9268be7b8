import type { Command } from 'commander';
import type { AddTo } from './add-to.js';
import { UsageError } from './errors.js';

const SHELLS = ['bash', 'zsh', 'fish'] as const;

/** Added last: it tells what the others are. */
export function addCompletionCommand({ program, environment }: AddTo): void {
  program
    .command('completion')
    .description('print a completion script: eval "$(specwright completion bash)"; zsh alike; fish: … | source')
    .argument('<shell>', SHELLS.join(', '))
    .action((shell: string) => {
      const write = { bash: bashScript, zsh: zshScript, fish: fishScript }[shell];
      if (write === undefined) throw new UsageError(`${shell} is not known; use one of ${SHELLS.join(', ')}`);
      environment.out(write(program));
    });
}

/** A command with all it may be followed by. */
interface Words {
  readonly name: string;
  readonly description: string;
  readonly words: readonly string[];
}

function wordsOf(command: Command): Words {
  const options = command.options.flatMap(({ long, argChoices = [] }) => [long, ...argChoices]);
  const choices = command.registeredArguments.flatMap(({ description }) => listed(description));
  const subcommands = command.commands.map((child) => child.name());
  const nested = command.commands.flatMap((child) => wordsOf(child).words);
  const words = [...subcommands, ...choices, ...options, ...nested, '--help'].filter((word) => isWord(word));
  return { name: command.name(), description: command.description(), words: [...new Set(words)] };
}

/** Descriptions of arguments with a fixed choice are lists: `retry, extend, waive, fail`. */
function listed(description: string): readonly string[] {
  const parts = description.split(', ');
  return parts.length > 1 && parts.every((part) => /^[A-Za-z]+$/.test(part)) ? parts : [];
}

/** Nothing but such words gets into a script that a shell runs. */
const isWord = (word: string | undefined): word is string => word !== undefined && /^[A-Za-z-]+$/.test(word);

function bashScript(program: Command): string {
  const commands = program.commands.map(wordsOf).filter(({ name }) => isWord(name));
  const cases = commands.map(({ name, words }) => `    ${name}) words="${words.join(' ')}" ;;`);
  return `_specwright() {
  local words cur="\${COMP_WORDS[COMP_CWORD]}"
  case "\${COMP_WORDS[1]}" in
${cases.join('\n')}
    *) words="--help --version" ;;
  esac
  if [ "$COMP_CWORD" -eq 1 ]; then words="${commands.map(({ name }) => name).join(' ')} --help --version"; fi
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -o default -F _specwright specwright
`;
}

function zshScript(program: Command): string {
  return `autoload -U +X bashcompinit && bashcompinit\n${bashScript(program)}`;
}

function fishScript(program: Command): string {
  const commands = program.commands.map(wordsOf).filter(({ name }) => isWord(name));
  const quoted = (text: string): string => `'${text.replace(/['\\]/g, '')}'`;
  const lines = commands.flatMap(({ name, description, words }) => [
    `complete -c specwright -f -n __fish_use_subcommand -a ${name} -d ${quoted(description)}`,
    ...words.map((word) =>
      word.startsWith('--')
        ? `complete -c specwright -n '__fish_seen_subcommand_from ${name}' -l ${word.slice(2)}`
        : `complete -c specwright -n '__fish_seen_subcommand_from ${name}' -a ${word}`,
    ),
  ]);
  return `${lines.join('\n')}\n`;
}
