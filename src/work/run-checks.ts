import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ScriptLine } from '../domain/command.js';
import type { Evidence } from '../domain/evidence.js';
import type { Failure } from '../domain/failures.js';
import type { Result } from '../domain/result.js';
import { clearReports, collectFiles, collectReports, reportedNames } from '../runner/collect.js';
import { CommandOutput } from '../runner/command-output.js';
import { failedResult } from '../runner/results.js';
import { runLine, type LineOutcome } from '../runner/run-lines.js';
import { clearPlaceFor } from '../runner/workspace-files.js';
import type { Bench, CommandOf, Task } from './bench.js';
import { localRef } from './checkout.js';

type Checked = Task<CommandOf<'run_tests' | 'spawn_children'>>;

/** Runs the component's tests; only that they ran is said here, whether they pass is read from their report. */
export async function runTests(bench: Bench, task: Task<CommandOf<'run_tests'>>): Promise<Result> {
  await restoreFiles(bench, task);
  return runChecks(bench, task, task.command.script, 'every line');
}

/**
 * Evidence first: what the tests are about, whatever they do to it. Then the lines, their reports and their logs. Of a
 * context's checks only those count as failed that could not run: a red one is one component's.
 */
export async function runChecks(
  bench: Bench,
  task: Checked,
  lines: readonly ScriptLine[],
  failing: 'every line' | 'only what did not run',
): Promise<Result> {
  const { command, workspace, context } = task;
  const { expects } = command;
  await clearReports(workspace, expects);
  const evidence: Evidence = {
    files: await collectFiles(workspace, expects, context.signal),
    ...(await baseFiles(bench, task)),
  };
  const output = new CommandOutput(context);
  const ran = await runLines(bench, task, lines, output);
  await collectReports(workspace, expects, output, bench.secrets);
  const reported = reportedNames(expects);
  const outputs = await output.finish((name) => failing === 'every line' || reported.has(name));
  const last = ran.at(-1) ?? null;
  const missing = expects.testReports.filter(({ output: name }) => !outputs.some((one) => one.name === name));
  const found = {
    ...(failing === 'every line' && last?.ran ? { exitCode: last.exitCode } : {}),
    evidence,
    outputs,
  };
  const failure = notRun(task, ran) ?? (failing === 'every line' ? unreported(missing[0]?.path, last) : null);
  return failure === null ? { status: 'ok', ...found } : failedResult(failure, found);
}

async function runLines(
  bench: Bench,
  { command, workspace, context }: Checked,
  lines: readonly ScriptLine[],
  output: CommandOutput,
): Promise<readonly LineOutcome[]> {
  const { env, secrets } = bench;
  const note = () => bench.groups.note(command.sessionId);
  const settings = { env, secrets, signal: context.signal, note };
  const deadline = Date.now() + command.timeoutMs;
  const ran: LineOutcome[] = [];
  for (const [index, line] of lines.entries()) {
    context.progress(`running ${line.argv.at(-1) ?? ''}`);
    const prefix = lines.length === 1 ? '' : `line-${index + 1}`;
    const timeoutMs = Math.max(1, deadline - Date.now());
    ran.push(await runLine({ line, folder: workspace, workspace, timeoutMs, prefix }, settings, output));
  }
  return ran;
}

/** Named by the components whose lines did not run: tests that hang are their component's to mend. */
function notRun({ command }: Checked, ran: readonly LineOutcome[]): Failure | null {
  const failures = ran.map((one) => (one.ran ? null : one.failure));
  const first = failures.find((failure) => failure !== null);
  if (first === undefined) return null;
  const { testReports } = command.expects;
  if (command.kind !== 'spawn_children' || testReports.length !== ran.length) return first;
  const ids = testReports.flatMap(({ component }, index) => (failures[index] ? [component] : [])).sort();
  return { ...first, message: `the check of ${ids[0] ?? ''}: ${first.message}`, ids: ids.slice(0, 20) };
}

function unreported(path: string | undefined, last: LineOutcome | null): Failure | null {
  if (path === undefined || !last?.ran) return null;
  const message = `the test runner ended with exit code ${last.exitCode} and wrote no report (${path})`;
  return { kind: 'command_failed', message, detail: last.tail };
}

async function baseFiles({ checkout }: Bench, { command }: Checked): Promise<Pick<Evidence, 'baseFiles'>> {
  const { base } = command.expects;
  return base === undefined ? {} : { baseFiles: await checkout.filesAt(base.commit, base.paths) };
}

/** Files of other sessions are put back to what the branch has; those that it does not have are removed. */
async function restoreFiles({ checkout }: Bench, { command, workspace }: Checked): Promise<void> {
  const { restored = [] } = command.expects;
  const branch = localRef(command.metadata.branch);
  const tip = (await checkout.has(branch)) ? branch : 'HEAD';
  const there = await checkout.filesAt(tip, restored);
  for (const path of restored) {
    await clearPlaceFor(workspace, path);
    if (!there.includes(path)) continue;
    const shown = await checkout.git.run(['cat-file', 'blob', `${tip}:${path}`]);
    await mkdir(dirname(join(workspace, path)), { recursive: true });
    await writeFile(join(workspace, path), shown.stdout, { flag: 'wx' });
  }
}
