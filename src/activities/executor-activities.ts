import { Context, sleep } from '@temporalio/activity';
import type { ExecutorActivities, InteractionKey, MergeInput } from '../contract/activities.js';
import type { Command } from '../domain/command.js';
import { tail } from '../domain/failures.js';
import type { Result } from '../domain/result.js';
import type { Scope } from '../domain/scope.js';
import type { OutputStore } from '../ports/output-store.js';
import type { ProgressStore } from '../ports/progress-store.js';
import type { RunContext, Runner } from '../ports/runner.js';

export interface ExecutorDeps {
  readonly progress: ProgressStore;
  readonly outputs: OutputStore;
  readonly runner: Runner;
}

/** Well below the silence after which the workflow takes the host for lost. */
const HEARTBEAT_MS = 1_000;
const RETRY_LOAD_MS = 1_000;

/** Everything on an executor's own Task Queue. What can go wrong with the work is a result; one attempt each. */
export function createExecutorActivities(deps: ExecutorDeps): ExecutorActivities {
  return {
    runCommand: (key) => asResult(deps, key, (command, context) => deps.runner.run(command, context)),
    checkChildren: (key) => asResult(deps, key, (command, context) => deps.runner.check(command, context)),
    mergeChild: (input) => merge(deps, input),
  };
}

async function asResult(
  deps: ExecutorDeps,
  { scope, sessionId, commandId }: InteractionKey,
  carryOut: (command: Command, context: RunContext) => Promise<Result>,
): Promise<Result> {
  return beating(deps, scope, sessionId, commandId, async (context) => {
    try {
      return await carryOut(await load(deps, scope, sessionId, commandId), context);
    } catch (error) {
      if (context.signal.aborted) return stoppedOrThrow(error);
      const message = tail(error instanceof Error ? error.message : String(error), 500);
      return { status: 'warning', failure: { kind: 'internal', message } };
    }
  });
}

async function merge(deps: ExecutorDeps, input: MergeInput) {
  return beating(deps, input.scope, input.sessionId, input.commandId, async (context) => {
    const { metadata } = await load(deps, input.scope, input.sessionId, input.commandId);
    const { remote, branch, push } = metadata as { remote: string; branch: string; push: boolean };
    return deps.runner.merge({ ...input, remote, parentBranch: branch, push }, context);
  });
}

/** A worker that is shut down is a lost executor to the session; only a real cancellation is one. */
function stoppedOrThrow(error: unknown): Result {
  const reason = Context.current().cancellationSignal.reason as unknown;
  if (reason instanceof Error && reason.message.includes('WORKER_SHUTDOWN')) {
    return { status: 'warning', failure: { kind: 'executor_lost', message: 'the executor was stopped' } };
  }
  throw reason instanceof Error ? reason : error;
}

/** Postgres may be away for a while: the command is loaded when it is back, so that no attempt is spent. */
async function load({ progress }: ExecutorDeps, scope: Scope, sessionId: string, commandId: string): Promise<Command> {
  for (;;) {
    try {
      const loaded = await progress.loadCommand(scope, sessionId, commandId);
      if (loaded) return loaded.command;
      break;
    } catch (error) {
      Context.current().log.warn('the read model is away', { error });
    }
    await sleep(RETRY_LOAD_MS);
  }
  throw new Error(`command ${commandId} is not in the read model`);
}

async function beating<T>(
  { outputs }: ExecutorDeps,
  scope: Scope,
  sessionId: string,
  commandId: string,
  work: (context: RunContext) => Promise<T>,
): Promise<T> {
  const activity = Context.current();
  let line = 'starting';
  const timer = setInterval(() => activity.heartbeat(line), HEARTBEAT_MS);
  try {
    return await work({
      sessionId,
      signal: activity.cancellationSignal,
      progress: (next) => {
        line = tail(next, 200);
        activity.heartbeat(line);
      },
      output: (name) => outputs.open(scope, sessionId, commandId, name),
    });
  } finally {
    clearInterval(timer);
  }
}
