import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from '../domain/command.js';
import type { Result } from '../domain/result.js';
import type { RunContext } from '../ports/runner.js';
import { collectFiles } from './collect.js';
import { CommandOutput } from './command-output.js';
import type { Host } from './host.js';
import { workspaceFor } from './prepare-workspace.js';
import { clean, failedResult, failureFrom } from './results.js';
import { runProcess } from './run-process.js';
import { clearPlaceFor, makeFolder } from './workspace-files.js';
import { WorkFailed, workFailed } from './work-failed.js';

type AgentCommand = Extract<Command, { kind: 'agent' }>;

async function workspaceOf(
  host: Host,
  { sessionId, metadata, expects }: AgentCommand,
  context: RunContext,
): Promise<string> {
  const workspace = await workspaceFor(host, sessionId, metadata, context);
  if (metadata.fresh) for (const { path } of expects.files) await clearPlaceFor(workspace, path);
  return workspace;
}

/** Gives the prompt to the executor's agent and looks at what it left behind. */
export async function runAgent(host: Host, command: AgentCommand, context: RunContext): Promise<Result> {
  const { sessionId, metadata, expects, timeoutMs } = command;
  const { prompt } = metadata;
  if (typeof prompt !== 'string') throw workFailed('internal', 'the prompt was not loaded');
  const workspace = await workspaceOf(host, command, context);
  const output = new CommandOutput(context);
  const tempFolder = join(host.temp, `agent-${randomUUID()}`);
  await makeFolder(tempFolder);
  const stop = output.keepAlive(host.agent.name);
  context.progress(`${host.agent.name}: ${command.title}`);
  try {
    const { context: name, component, turn, conversationId = null } = metadata;
    const files = expects.files.map(({ path }) => path);
    const outcome = await host.agent.run(
      { prompt, workspace, context: name, component, step: command.step, turn, files, conversationId },
      {
        tempFolder,
        timeoutMs,
        run: (argv, stdin, reader) =>
          runProcess({
            ...host.settings(context, sessionId, 'agent'),
            argv,
            cwd: workspace,
            ...(stdin === undefined ? {} : { stdin }),
            ...(reader === undefined ? {} : { outputLimitBytes: reader.limitBytes }),
            timeoutMs,
            onOutput(stream, chunk) {
              reader?.read(stream, chunk);
              return output.sink('')(stream, chunk);
            },
          }),
      },
    );
    const found = {
      ...(outcome.exitCode === undefined ? {} : { exitCode: outcome.exitCode }),
      evidence: { files: await collectFiles(workspace, expects, context.signal) },
      outputs: await output.finish(),
      ...(outcome.agent === undefined ? {} : { agent: outcome.agent }),
    };
    // Cleaned again: what an agent read out of JSON may hold what was escaped when the output was masked.
    if (!outcome.ok) return failedResult(failureFrom(new WorkFailed(outcome.failure), host.secrets), found);
    return { status: 'ok', ...found, data: { agent: host.agent.name, text: clean(outcome.text, host.secrets, 2_000) } };
  } finally {
    stop();
    await rm(tempFolder, { recursive: true, force: true });
  }
}
