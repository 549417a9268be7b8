import type { Command, ScriptLine } from '../domain/command.js';
import type { Failure } from '../domain/failures.js';
import type { Result } from '../domain/result.js';
import type { RunContext } from '../ports/runner.js';
import { clearReports, collectBase, collectFiles, collectReports, reportedNames } from './collect.js';
import { CommandOutput } from './command-output.js';
import { removeWorkspace } from './git/workspace.js';
import { catchUp, checkNames } from './git/prepare-branch.js';
import type { Host } from './host.js';
import { replaceWorkspace } from './prepare-workspace.js';
import { failedResult } from './results.js';
import { runLine, type LineOutcome } from './run-lines.js';
import { commandFolder } from './workspace-files.js';
import { workFailed } from './work-failed.js';

type SpawnCommand = Extract<Command, { kind: 'spawn_children' }>;
/** More tests at once would take the processors from agents of other sessions. */
const CHECKS_AT_ONCE = 2;

/**
 * Runs every component's tests on the merged branch, in a workspace made anew from it. Exit codes come back by
 * component; the reports and files decide, and a component whose check could not run does not keep others from theirs.
 */
export async function checkChildren(host: Host, command: SpawnCommand, context: RunContext): Promise<Result> {
  const { sessionId, expects } = command;
  await checkOutMerged(host, command, context);
  const workspace = host.workspaceOf(sessionId);
  const folder = await commandFolder(workspace, command.cwd);
  await clearReports(workspace, expects);
  // As they are on the branch, before a test can change them.
  const files = await collectFiles(workspace, expects, context.signal);
  const output = new CommandOutput(context);
  const outcomes = await runAll(host, command, { workspace, folder }, output, context);
  await collectReports(workspace, expects, output, host.secrets);
  const reported = reportedNames(expects);
  // What the tests printed is stored as well, but named only by interaction: a hundred references would fill the history.
  const outputs = await output.finish((name) => reported.has(name));
  // Tests ran in it: what is delivered comes from the branch.
  await removeWorkspace(workspace);
  const found = {
    evidence: {
      files,
      ...(await collectBase(host, command, context.signal)),
      git: { branch: command.metadata.branch },
    },
    outputs,
    data: { exitCodes: Object.fromEntries([...outcomes].map(([key, one]) => [key, one.ran ? one.exitCode : null])) },
  };
  const failure = firstFailure(outcomes);
  return failure === null ? { status: 'ok', ...found } : failedResult(failure, found);
}

async function checkOutMerged(host: Host, command: SpawnCommand, context: RunContext): Promise<void> {
  const { sessionId, metadata } = command;
  const { branch, remote } = metadata;
  checkNames({ sessionId, branches: [branch] });
  const sha = await host.caches.locked(remote, context.signal, async (cache) => {
    const known = await catchUp(cache, branch);
    if (known !== null) return known;
    await cache.refresh();
    return await catchUp(cache, branch);
  });
  if (sha === null)
    throw workFailed('executor_lost', `the branch ${branch} is neither on this executor nor on the remote`);
  await replaceWorkspace(host, { sessionId, branch, sha }, host.caches.open(remote, context.signal), context);
}

async function runAll(
  host: Host,
  command: SpawnCommand,
  at: { readonly workspace: string; readonly folder: string },
  output: CommandOutput,
  context: RunContext,
): Promise<ReadonlyMap<string, LineOutcome>> {
  const settings = host.settings(context, command.sessionId, 'command');
  const deadline = Date.now() + command.timeoutMs;
  const outcomes = new Map<string, LineOutcome>();
  const waiting = command.script.map((line, index) => ({ line, key: keyOf(command, line, index) }));
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const { line, key } = next;
      context.progress(`checking ${key}`);
      const timeoutMs = Math.max(1, deadline - Date.now());
      outcomes.set(key, await runLine({ line, ...at, timeoutMs, prefix: key }, settings, output));
    }
  };
  await allOrFirstError(Array.from({ length: CHECKS_AT_ONCE }, work), waiting);
  return outcomes;
}

/** On an error nothing new is begun and what runs is awaited: no process outlives the call. */
async function allOrFirstError(workers: readonly Promise<void>[], waiting: unknown[]): Promise<void> {
  for (const worker of workers) worker.catch(() => (waiting.length = 0));
  const settled = await Promise.allSettled(workers);
  const failed = settled.find((one) => one.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

/** The component whose report the line writes; its place in the script for a line that writes none. */
function keyOf(command: SpawnCommand, line: ScriptLine, index: number): string {
  const { testReports } = command.expects;
  const named = testReports.find(({ path }) =>
    line.argv.some((argument) => argument === path || argument.endsWith(`=${path}`)),
  );
  const inPlace = testReports.length === command.script.length ? testReports[index] : undefined;
  return (named ?? inPlace)?.component ?? `line ${index + 1}`;
}

function firstFailure(outcomes: ReadonlyMap<string, LineOutcome>): Failure | null {
  const failed = [...outcomes].flatMap(([component, one]) => (one.ran ? [] : [{ component, failure: one.failure }]));
  const first = failed[0];
  if (first === undefined) return null;
  const ids = failed.map(({ component }) => component).sort();
  return {
    ...first.failure,
    message: `the check of ${first.component}: ${first.failure.message}`,
    ids: ids.slice(0, 20),
  };
}
