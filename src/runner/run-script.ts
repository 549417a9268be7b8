import type { Command, ScriptLine } from '../domain/command.js';
import type { Failure } from '../domain/failures.js';
import type { Result } from '../domain/result.js';
import type { RunContext } from '../ports/runner.js';
import { clearReports, collectBase, collectFiles, collectReports } from './collect.js';
import { CommandOutput } from './command-output.js';
import type { Host } from './host.js';
import { workspaceFor } from './prepare-workspace.js';
import { restoreFiles } from './restore-files.js';
import { failedResult } from './results.js';
import { runLine, type LineOutcome } from './run-lines.js';
import { commandFolder } from './workspace-files.js';

type ScriptCommand = Extract<Command, { kind: 'run_tests' }>;

/**
 * Runs a command's lines one after another and looks at what they left behind. A program that ran and reported is `ok`
 * whatever its exit code: whether the tests passed is read from the report, not from here.
 */
export async function runScript(host: Host, command: ScriptCommand, context: RunContext): Promise<Result> {
  const { sessionId, expects } = command;
  const workspace = await workspaceFor(host, sessionId, command.metadata, context);
  const folder = await commandFolder(workspace, command.cwd);
  await clearReports(workspace, expects);
  await restoreFiles(host, workspace, command.metadata, expects.restored ?? [], context);
  // Before anything runs: what the tests are about, whatever they do to it.
  const evidence = {
    files: await collectFiles(workspace, expects, context.signal),
    ...(await collectBase(host, command, context.signal)),
  };
  const output = new CommandOutput(context);
  const settings = host.settings(context, sessionId, 'command');
  const deadline = Date.now() + command.timeoutMs;
  let last: LineOutcome | null = null;
  let failure: Failure | null = null;
  for (const [index, line] of command.script.entries()) {
    context.progress(`running ${title(line)}`);
    const prefix = command.script.length === 1 ? '' : `line-${index + 1}`;
    const timeoutMs = Math.max(1, deadline - Date.now());
    last = await runLine({ line, folder, workspace, timeoutMs, prefix }, settings, output);
    failure = stops(line, last, index === command.script.length - 1);
    if (failure !== null) break;
  }
  await collectReports(workspace, expects, output, host.secrets);
  const outputs = await output.finish();
  failure ??= unreported(
    command,
    outputs.map(({ name }) => name),
    last,
  );
  const found = {
    ...(last?.ran ? { exitCode: last.exitCode, ...(last.exitCode === 0 ? {} : { data: { tail: last.tail } }) } : {}),
    evidence,
    outputs,
  };
  return failure === null ? { status: 'ok', ...found } : failedResult(failure, found);
}

/** A line before the last one prepares the ground: when it goes wrong, the rest would tell nothing. */
function stops(line: ScriptLine, outcome: LineOutcome, isLast: boolean): Failure | null {
  if (!outcome.ran) return outcome.failure;
  if (isLast || line.okExitCodes.includes(outcome.exitCode)) return null;
  return {
    kind: 'command_failed',
    message: `${title(line)} ended with exit code ${outcome.exitCode}`,
    detail: outcome.tail,
  };
}

function unreported(command: ScriptCommand, names: readonly string[], last: LineOutcome | null): Failure | null {
  const missing = command.expects.testReports.filter(({ output }) => !names.includes(output));
  if (missing.length === 0 || !last?.ran) return null;
  return {
    kind: 'command_failed',
    message: `the test runner ended with exit code ${last.exitCode} and wrote no report (${missing[0]!.path})`,
    detail: last.tail,
  };
}

const title = (line: ScriptLine): string => line.argv.slice(0, 3).join(' ').slice(0, 100);
