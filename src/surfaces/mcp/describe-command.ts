import type { Command } from '../../domain/command.js';
import { clip, fits } from './answer-size.js';

const MAX_TITLE = 300;

/**
 * A command as an agent needs it to begin, with as much of its script and of what it has to leave behind as fits; what
 * does not is named, and read with `ask`. The prompt is always read there.
 */
export function describeCommand(command: Command, within: (brief: object) => object): object {
  const { id, sessionId, seq, step, kind, title, cwd, timeoutMs, script, expects, metadata } = command;
  const { branch, baseBranch, remote, push } = metadata;
  let brief: Record<string, unknown> = {
    ...{ commandId: id, sessionId, seq, step, kind, title: clip(title, MAX_TITLE), cwd, timeoutMs },
    ...{ branch, baseBranch, push },
    ...(command.kind === 'agent' ? { prompt: 'read it with ask {about: "prompt"}' } : {}),
  };
  const parts: Readonly<Record<string, unknown>> = {
    remote,
    script: script.map(({ argv, okExitCodes }) => ({ argv, okExitCodes })),
    expects,
  };
  const left: string[] = [];
  for (const [name, part] of Object.entries(parts)) {
    const more = { ...brief, [name]: part };
    if (fits(within({ ...more, leftOut: Object.keys(parts) }))) brief = more;
    else left.push(name);
  }
  return within(left.length === 0 ? brief : { ...brief, leftOut: left, readItWith: 'ask {about: "command"}' });
}

/** All of a command but its prompt. */
export function withoutPrompt(command: Command): object {
  const script = command.script.map(({ stdin: _stdin, ...line }) => line);
  if (command.kind !== 'agent') return { ...command, script };
  const { prompt: _prompt, ...metadata } = command.metadata;
  return { ...command, script, metadata };
}

export function promptOf(command: Command): string | null {
  return command.kind === 'agent' && typeof command.metadata.prompt === 'string' ? command.metadata.prompt : null;
}
