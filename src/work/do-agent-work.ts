import { randomUUID } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Result } from '../domain/result.js';
import type { Agent, AgentOutcome } from '../runner/agents/agent.js';
import { collectFiles } from '../runner/collect.js';
import { CommandOutput } from '../runner/command-output.js';
import { clean, failedResult, failureFrom } from '../runner/results.js';
import { runProcess } from '../runner/run-process.js';
import { WorkFailed, workFailed } from '../runner/work-failed.js';
import { clearPlaceFor, makeFolder } from '../runner/workspace-files.js';
import type { Bench, CommandOf, Task } from './bench.js';

/** Has the agent, or the person, do what the prompt asks for, and looks at what was left behind. */
export async function doAgentWork(bench: Bench, task: Task<CommandOf<'agent'>>): Promise<Result> {
  const { command, workspace, context } = task;
  const { expects, metadata } = command;
  if (typeof metadata.prompt !== 'string') throw workFailed('internal', 'the prompt was not loaded');
  if (metadata.fresh) for (const { path } of expects.files) await clearPlaceFor(workspace, path);
  const { hands } = bench;
  if (hands.kind === 'person') {
    const file = join(bench.folder, `prompt-${command.id}.md`);
    await writeFile(file, metadata.prompt, { mode: 0o600 });
    await hands.ask({ title: command.title, prompt: metadata.prompt, file });
    await rm(file, { force: true });
    return { status: 'ok', evidence: { files: await collectFiles(workspace, expects, context.signal) } };
  }
  const output = new CommandOutput(context);
  const outcome = await runAgent(bench, hands.agent, task, metadata.prompt, output);
  const found = {
    ...(outcome.exitCode === undefined ? {} : { exitCode: outcome.exitCode }),
    evidence: { files: await collectFiles(workspace, expects, context.signal) },
    outputs: await output.finish(),
    ...(outcome.agent === undefined ? {} : { agent: outcome.agent }),
  };
  const { secrets } = bench;
  if (!outcome.ok) return failedResult(failureFrom(new WorkFailed(outcome.failure), secrets), found);
  return { status: 'ok', ...found, data: { agent: hands.agent.name, text: clean(outcome.text, secrets, 2_000) } };
}

async function runAgent(
  bench: Bench,
  agent: Agent,
  { command, workspace, context }: Task<CommandOf<'agent'>>,
  prompt: string,
  output: CommandOutput,
): Promise<AgentOutcome> {
  const { metadata, expects, timeoutMs, step, sessionId } = command;
  const tempFolder = join(bench.folder, `agent-${randomUUID()}`);
  await makeFolder(tempFolder);
  const stop = output.keepAlive(agent.name);
  const { env, secrets } = bench;
  const { context: name, component, turn, conversationId = null } = metadata;
  const files = expects.files.map(({ path }) => path);
  try {
    return await agent.run(
      { prompt, workspace, context: name, component, step, turn, files, conversationId },
      {
        tempFolder,
        timeoutMs,
        run: (argv, stdin, reader) =>
          runProcess({
            argv,
            cwd: workspace,
            env,
            secrets,
            signal: context.signal,
            timeoutMs,
            note: () => bench.groups.note(sessionId),
            ...(stdin === undefined ? {} : { stdin }),
            ...(reader === undefined ? {} : { outputLimitBytes: reader.limitBytes }),
            onOutput(stream, chunk) {
              reader?.read(stream, chunk);
              return output.sink('')(stream, chunk);
            },
          }),
      },
    );
  } finally {
    stop();
    await rm(tempFolder, { recursive: true, force: true });
  }
}
