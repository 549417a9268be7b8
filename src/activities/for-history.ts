import { sha256Hex } from '../domain/digest.js';
import { MAX_INLINE_STDIN_BYTES, type Command, type LargeText } from '../domain/command.js';

/** A client's command as it travels through history: texts above 16 KiB stay in Postgres and are named by their hash. INV-22. */
export function forHistory(command: Command): Command {
  const script = command.script.map((line) =>
    line.stdin === undefined ? line : { ...line, stdin: compact(line.stdin) },
  );
  if (command.kind !== 'agent') return { ...command, script };
  return { ...command, script, metadata: { ...command.metadata, prompt: compact(command.metadata.prompt) } };
}

/** A spawn command that no client sees: what it checks is for the executor, which loads it itself. */
export function forParent(command: Command): Command {
  return { ...command, script: [], expects: { files: [], testReports: [] } };
}

function compact(text: string | LargeText): string | LargeText {
  if (typeof text !== 'string') return text;
  const bytes = Buffer.byteLength(text);
  return bytes <= MAX_INLINE_STDIN_BYTES ? text : { sha256: sha256Hex(text), bytes };
}
