import type { Command } from '../domain/command.js';
import type { Result } from '../domain/result.js';
import { collectFiles, collectReports } from '../runner/collect.js';
import { CommandOutput } from '../runner/command-output.js';
import { asResult } from '../runner/results.js';
import type { Bench, CommandOf, Task } from './bench.js';
import { deliver } from './deliver.js';
import { doAgentWork } from './do-agent-work.js';
import { checkLines, mergeChildren } from './merge-children.js';
import { prepareBranch } from './prepare-branch.js';
import { runChecks, runTests } from './run-checks.js';

/** Carries a command out in the checkout, which is on the session's branch; what goes wrong with the work is the result. */
export function carryOut(bench: Bench, task: Task): Promise<Result> {
  return asResult(bench.secrets, () => byKind(bench, task));
}

function byKind(bench: Bench, { command, ...at }: Task<Command>): Promise<Result> {
  switch (command.kind) {
    case 'prepare_workspace':
      return prepareBranch(bench, { command, ...at });
    case 'agent':
      return doAgentWork(bench, { command, ...at });
    case 'check_document':
      return handOver(bench, { command, ...at });
    case 'run_tests':
      return runTests(bench, { command, ...at });
    case 'spawn_children':
      return mergeAndCheck(bench, { command, ...at });
    case 'finalize':
      return deliver(bench, { command, ...at });
  }
}

/** The bytes of the documents; whether they are valid is read from them. */
async function handOver(
  bench: Bench,
  { command, workspace, context }: Task<CommandOf<'check_document'>>,
): Promise<Result> {
  const output = new CommandOutput(context);
  await collectReports(workspace, command.expects, output, bench.secrets);
  const files = await collectFiles(workspace, command.expects, context.signal);
  return { status: 'ok', evidence: { files }, outputs: await output.finish() };
}

async function mergeAndCheck(bench: Bench, task: Task<CommandOf<'spawn_children'>>): Promise<Result> {
  const { command, context } = task;
  await mergeChildren(bench, command, () => true, context);
  const result = await runChecks(bench, task, checkLines(command), 'only what did not run');
  return { ...result, evidence: { ...result.evidence, git: { branch: command.metadata.branch } } };
}
