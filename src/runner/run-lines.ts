import { tail, type Failure } from '../domain/failures.js';
import type { ScriptLine } from '../domain/command.js';
import type { CommandOutput } from './command-output.js';
import { runProcess, type ProcessOutcome, type ProcessSpec } from './run-process.js';
import { folderInside } from './workspace-files.js';
import { workFailed } from './work-failed.js';

/** How programs of a command are run: environment, masking, abort, and the book of running groups. */
export type RunSettings = Pick<ProcessSpec, 'env' | 'secrets' | 'signal' | 'note'>;

export interface LineRequest {
  readonly line: ScriptLine;
  /** The command's folder, absolute and inside the workspace. */
  readonly folder: string;
  readonly workspace: string;
  /** The line's own limit, or what is left of the command's. */
  readonly timeoutMs: number;
  /** Prefix of its outputs' names; empty for a command's only line. */
  readonly prefix: string;
}

/** What running one line came to: an exit code, or why there is none. */
export type LineOutcome =
  | { readonly ran: true; readonly exitCode: number; readonly tail: string }
  | { readonly ran: false; readonly failure: Failure };

export async function runLine(
  request: LineRequest,
  settings: RunSettings,
  output: CommandOutput,
): Promise<LineOutcome> {
  const { line } = request;
  if (typeof line.stdin === 'object') throw workFailed('internal', 'the text for standard input was not loaded');
  const cwd = await folderInside(
    request.workspace,
    line.cwd === '.' ? request.folder : `${request.folder}/${line.cwd}`,
  );
  const stop = output.keepAlive(line.argv[0] ?? 'the command');
  try {
    const outcome = await runProcess({
      ...settings,
      argv: line.argv,
      cwd,
      ...(line.stdin === undefined ? {} : { stdin: line.stdin }),
      timeoutMs: Math.min(line.timeoutMs, request.timeoutMs),
      onOutput: output.sink(request.prefix),
    });
    return lineOutcome(line.argv[0] ?? '', outcome, Math.min(line.timeoutMs, request.timeoutMs));
  } finally {
    stop();
  }
}

/** The same reading of an ended process everywhere: what could not end by itself has no exit code to believe. */
export function lineOutcome(program: string, outcome: ProcessOutcome, timeoutMs: number): LineOutcome {
  const failed = (kind: 'command_failed' | 'timed_out', message: string, detail: string): LineOutcome => ({
    ran: false,
    failure: { kind, message, ...(detail === '' ? {} : { detail: tail(detail, 2_000) }) },
  });
  if (!outcome.started) return failed('command_failed', outcome.message, '');
  const said = outcome.tail;
  if (outcome.timedOut) return failed('timed_out', `${program} did not end within ${timeoutMs} ms`, said);
  if (outcome.outputLimited) return failed('command_failed', `${program} printed more than its output limit`, said);
  if (outcome.exitCode === null) return failed('command_failed', `${program} was ended by ${outcome.signal}`, said);
  return { ran: true, exitCode: outcome.exitCode, tail: said };
}
