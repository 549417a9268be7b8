import type { Expects, WorkspaceMetadata } from '../domain/command.js';
import type { FileEvidence } from '../domain/evidence.js';
import type { CommandOutput } from './command-output.js';
import type { Host } from './host.js';
import { clearPlaceFor, fileEvidence } from './workspace-files.js';

/** An old report must not count for a run that wrote none; its folder has to be there for the test runner to write to. */
export async function clearReports(workspace: string, expects: Expects): Promise<void> {
  for (const { path, log } of expects.testReports) {
    await clearPlaceFor(workspace, path);
    if (log !== undefined) await clearPlaceFor(workspace, log.path);
  }
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

/** Streams test reports, their logs and documents to the outputs that judging reads. */
export async function collectReports(
  workspace: string,
  expects: Expects,
  output: CommandOutput,
  secrets: readonly string[],
): Promise<void> {
  for (const { path, output: name } of reported(expects)) await output.addFile(name, workspace, path, secrets);
}

/** Names of the outputs that judging reads. */
export function reportedNames(expects: Expects): ReadonlySet<string> {
  return new Set(reported(expects).map(({ output }) => output));
}

function reported({ testReports, documents = [] }: Expects): readonly { path: string; output: string }[] {
  const logs = testReports.flatMap(({ log }) => (log === undefined ? [] : [log]));
  return [...testReports, ...logs, ...documents];
}

/** Which of the paths asked for exist at the base; by the cache, which no command can write to. */
export async function collectBase(
  host: Host,
  { expects, metadata }: { readonly expects: Expects; readonly metadata: WorkspaceMetadata },
  signal: AbortSignal,
): Promise<{ readonly baseFiles?: readonly string[] }> {
  const { base } = expects;
  if (base === undefined) return {};
  const there = await host.caches.open(metadata.remote, signal).files(base.commit, base.paths);
  return { baseFiles: [...there.keys()] };
}
