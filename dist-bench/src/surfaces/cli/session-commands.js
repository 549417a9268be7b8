import { InvalidArgumentError } from 'commander';
import { BOUND_NAMES } from '../../domain/bounds.js';
import { EXECUTION_MODES, SESSION_TYPE_NAMES, } from '../../domain/session.js';
import { messageOf, UsageError } from './errors.js';
import { JSON_OPTION } from './program.js';
export function addSessionCommands(add) {
    const { program, environment } = add;
    const connected = async (use) => {
        const stack = await environment.connect();
        await use(stack).finally(() => stack.close());
    };
    const print = (json, value, line) => environment.out(json ? `${JSON.stringify(value)}\n` : `${line}\n`);
    program
        .command('start')
        .description('start a session')
        .argument('<type>', SESSION_TYPE_NAMES.join(', '), oneOf(SESSION_TYPE_NAMES))
        .argument('<context>', 'name of the context')
        .option('-c, --component <name>', 'for component types')
        .option('-m, --mode <mode>', EXECUTION_MODES.join(', '), oneOf(EXECUTION_MODES), 'manual')
        .option('--executor <queue>', "the executor's Task Queue (default: the configured one)")
        .option('--no-executor', 'clients get every command of the tree')
        .option('--on-exhausted <what>', 'wait for a decision, or fail', oneOf(['wait', 'fail']), 'wait')
        .option('-b, --bound <name=n...>', `bounds: ${BOUND_NAMES.join(', ')}`, readBound)
        .option(...JSON_OPTION)
        .action((sessionType, context, options) => connected(async ({ sessions, scope, executorQueue }) => {
        const { component, mode, executor, onExhausted, bound } = options;
        const started = await sessions.start(scope, {
            sessionType,
            context,
            mode,
            onExhausted,
            executorQueue: executor === false ? null : (executor ?? executorQueue),
            ...(component === undefined ? {} : { component }),
            ...(bound === undefined ? {} : { bounds: bound }),
        });
        print(options.json, started, started.sessionId);
    }));
    program
        .command('next')
        .description('show the open command of a session, or what it waits for')
        .argument('<session>')
        .option(...JSON_OPTION)
        .action((sessionId, { json }) => connected(async ({ sessions, scope }) => {
        const next = await sessions.next(scope, sessionId);
        environment.out(`${JSON.stringify(next, null, json ? 0 : 2)}\n`);
    }));
    program
        .command('report')
        .description('report a result and print what comes next; the same report again is safe')
        .argument('<session>')
        .requiredOption('-f, --file <path>', 'JSON {"commandId", "result"}; `-` reads stdin')
        .option('--signal', 'only hand it over durably, do not wait for the verdict')
        .option(...JSON_OPTION)
        .action((sessionId, options) => connected(async ({ sessions, scope }) => {
        const report = parseReport(await environment.readText(options.file), options.file);
        if (options.signal) {
            await sessions.report(scope, sessionId, report);
            return print(options.json, { durable: true }, 'handed over');
        }
        const answer = await sessions.submit(scope, sessionId, report);
        environment.out(`${JSON.stringify(answer, null, options.json ? 0 : 2)}\n`);
    }));
    program
        .command('decide')
        .description('decide about a session that waits for a decision')
        .argument('<session>')
        .argument('<action>', 'retry or fail', oneOf(['retry', 'fail']))
        .requiredOption('-r, --reason <text>', 'why; it is kept in the history')
        .option(...JSON_OPTION)
        .action((sessionId, action, { reason, json }) => connected(async ({ sessions, scope }) => {
        await sessions.decide(scope, sessionId, action, reason);
        print(json, { decided: action }, `decided: ${action}`);
    }));
    program
        .command('cancel')
        .description('cancel a session, its children and their running commands')
        .argument('<session>')
        .option('-r, --reason <text>', 'why; it is kept in the history', 'cancelled from the command line')
        .option(...JSON_OPTION)
        .action((sessionId, { reason, json }) => connected(async ({ sessions, scope }) => {
        await sessions.cancel(scope, sessionId, reason);
        print(json, { requested: true }, 'cancellation requested');
    }));
}
function parseReport(text, file) {
    try {
        return JSON.parse(text);
    }
    catch (error) {
        throw new UsageError(`${file} is not JSON: ${messageOf(error)}; write {"commandId": "…", "result": {"status": "ok"}}`);
    }
}
function oneOf(options) {
    return (value) => {
        const found = options.find((option) => option === value);
        if (found === undefined)
            throw new InvalidArgumentError(`Use one of: ${options.join(', ')}.`);
        return found;
    };
}
function readBound(text, before) {
    const [name = '', value = ''] = text.split('=');
    if (!BOUND_NAMES.some((known) => known === name) || !/^[1-9][0-9]{0,2}$/.test(value)) {
        throw new InvalidArgumentError(`Write NAME=N with one of: ${BOUND_NAMES.join(', ')}.`);
    }
    return { ...before, [name]: Number(value) };
}
