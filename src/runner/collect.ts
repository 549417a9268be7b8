import type { Expects } from '../domain/command.js';
import type { FileEvidence } from '../domain/evidence.js';
import type { CommandOutput } from './command-output.js';
import { clearPlaceFor, fileEvidence } from './workspace-files.js';

/** An old report must not count for a run that wrote none; its folder has to be there for the test runner to write to. */
export async function clearReports(workspace: string, expects: Expects): Promise<void> {
  for (const { path } of expects.testReports) await clearPlaceFor(workspace, path);
}

/** What is there of the files a command was to leave behind; judging says what is missing. */
export async function collectFiles(workspace: string, expects: Expects, signal: AbortSignal): Promise<FileEvidence[]> {
  const found: FileEvidence[] = [];
  for (const { path } of expects.files) {
    const evidence = await fileEvidence(workspace, path, signal);
    if (evidence !== null) found.push(evidence);
  }
  return found;
}

export async function collectReports(
  workspace: string,
  expects: Expects,
  output: CommandOutput,
  secrets: readonly string[],
): Promise<void> {
  for (const report of expects.testReports) await output.addFile(report.output, workspace, report.path, secrets);
}
