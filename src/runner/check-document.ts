import type { Command } from '../domain/command.js';
import type { Result } from '../domain/result.js';
import type { RunContext } from '../ports/runner.js';
import { collectFiles, collectReports } from './collect.js';
import { CommandOutput } from './command-output.js';
import type { Host } from './host.js';
import { workspaceFor } from './prepare-workspace.js';

/** Hands the bytes of the documents over; nothing is run, and whether they are valid is read from the bytes. */
export async function checkDocument(
  host: Host,
  { sessionId, expects, metadata }: Extract<Command, { kind: 'check_document' }>,
  context: RunContext,
): Promise<Result> {
  const workspace = await workspaceFor(host, sessionId, metadata, context);
  const output = new CommandOutput(context);
  await collectReports(workspace, expects, output, host.secrets);
  return {
    status: 'ok',
    evidence: { files: await collectFiles(workspace, expects, context.signal) },
    outputs: await output.finish(),
  };
}
