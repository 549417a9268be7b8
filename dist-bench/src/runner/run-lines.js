import { tail } from '../domain/failures.js';
import { runProcess } from './run-process.js';
import { folderInside } from './workspace-files.js';
import { workFailed } from './work-failed.js';
export async function runLine(request, settings, output) {
    const { line } = request;
    if (typeof line.stdin === 'object')
        throw workFailed('internal', 'the text for standard input was not loaded');
    const cwd = await folderInside(request.workspace, line.cwd === '.' ? request.folder : `${request.folder}/${line.cwd}`);
    const stop = output.keepAlive(line.argv[0] ?? 'the command');
    try {
        const outcome = await runProcess({
            ...settings,
            argv: line.argv,
            cwd,
            ...(line.stdin === undefined ? {} : { stdin: line.stdin }),
            timeoutMs: Math.min(line.timeoutMs, request.timeoutMs),
            onOutput: output.sink(request.prefix),
        });
        return lineOutcome(line.argv[0] ?? '', outcome, Math.min(line.timeoutMs, request.timeoutMs));
    }
    finally {
        stop();
    }
}
/** The same reading of an ended process everywhere: what could not end by itself has no exit code to believe. */
export function lineOutcome(program, outcome, timeoutMs) {
    const failed = (kind, message, detail) => ({
        ran: false,
        failure: { kind, message, ...(detail === '' ? {} : { detail: tail(detail, 2_000) }) },
    });
    if (!outcome.started)
        return failed('command_failed', outcome.message, '');
    const said = outcome.tail;
    if (outcome.timedOut)
        return failed('timed_out', `${program} did not end within ${timeoutMs} ms`, said);
    if (outcome.outputLimited)
        return failed('command_failed', `${program} printed more than its output limit`, said);
    if (outcome.exitCode === null)
        return failed('command_failed', `${program} was ended by ${outcome.signal}`, said);
    return { ran: true, exitCode: outcome.exitCode, tail: said };
}
