import { Context, sleep } from '@temporalio/activity';
import { tail } from '../domain/failures.js';
/** Well below the silence after which the workflow takes the host for lost. */
const HEARTBEAT_MS = 1_000;
const RETRY_LOAD_MS = 1_000;
/** Everything on an executor's own Task Queue. What can go wrong with the work is a result; one attempt each. */
export function createExecutorActivities(deps) {
    return {
        runCommand: (key) => asResult(deps, key, (command, context) => deps.runner.run(command, context)),
        checkChildren: (key) => asResult(deps, key, (command, context) => deps.runner.check(command, context)),
        mergeChild: (input) => merge(deps, input),
    };
}
async function asResult(deps, { scope, sessionId, commandId }, carryOut) {
    return beating(deps, scope, sessionId, commandId, async (context) => {
        try {
            return await carryOut(await load(deps, scope, sessionId, commandId), context);
        }
        catch (error) {
            if (context.signal.aborted)
                return stoppedOrThrow(error);
            const message = tail(error instanceof Error ? error.message : String(error), 500);
            return { status: 'warning', failure: { kind: 'internal', message } };
        }
    });
}
async function merge(deps, input) {
    return beating(deps, input.scope, input.sessionId, input.commandId, async (context) => {
        const { metadata } = await load(deps, input.scope, input.sessionId, input.commandId);
        const { remote, branch, push } = metadata;
        return deps.runner.merge({ ...input, remote, parentBranch: branch, push }, context);
    });
}
/** A worker that is shut down is a lost executor to the session; only a real cancellation is one. */
function stoppedOrThrow(error) {
    const reason = Context.current().cancellationSignal.reason;
    if (reason instanceof Error && reason.message.includes('WORKER_SHUTDOWN')) {
        return { status: 'warning', failure: { kind: 'executor_lost', message: 'the executor was stopped' } };
    }
    throw reason instanceof Error ? reason : error;
}
/** Postgres may be away for a while: the command is loaded when it is back, so that no attempt is spent. */
async function load({ progress }, scope, sessionId, commandId) {
    for (;;) {
        try {
            const loaded = await progress.loadCommand(scope, sessionId, commandId);
            if (loaded)
                return loaded.command;
            break;
        }
        catch (error) {
            Context.current().log.warn('the read model is away', { sessionId, commandId, error: String(error) });
        }
        await sleep(RETRY_LOAD_MS);
    }
    throw new Error(`command ${commandId} is not in the read model`);
}
async function beating({ outputs }, scope, sessionId, commandId, work) {
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
    }
    finally {
        clearInterval(timer);
    }
}
