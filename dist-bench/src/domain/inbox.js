import { resultDigest } from './digest.js';
import { checkReport } from './report-guard.js';
/** Decides what a report is, by the state alone: exactly one result is accepted per command. */
export function sortReport(state, value) {
    const checked = checkReport(value);
    if (!checked.ok)
        return refuse({ code: 'invalid_report', ...checked.misfit });
    const { report } = checked;
    const digest = resultDigest(report.result);
    const earlier = [...(state.judging ? [state.judging] : []), ...state.answered].find((answered) => answered.commandId === report.commandId);
    if (earlier)
        return compare(state, earlier, digest);
    if (state.closed !== null) {
        const message = `the session is ${state.closed}`;
        return refuse({ code: 'session_closed', message, fix: 'nothing is left to report', status: state.closed });
    }
    if (state.open?.commandId !== report.commandId) {
        const fix = 'ask nextCommand and report with the id of that command';
        return refuse({
            code: 'unknown_interaction',
            message: 'no open command has this id',
            fix,
            field: 'report.commandId',
        });
    }
    return acceptOpen(state, state.open, report, digest);
}
function acceptOpen(state, open, report, digest) {
    if (open.for === 'children' && state.runningChildren.length > 0) {
        const fix = 'wait until the children are closed; the parent collects their ends itself';
        const children = state.runningChildren;
        return refuse({
            code: 'children_running',
            message: `${children.length} children are still running`,
            fix,
            children,
        });
    }
    if (open.for === 'executor') {
        const fix = 'wait for the executor, or set the execution mode to manual for the next command';
        return refuse({ code: 'not_yours', message: 'this command is carried out by the executor', fix });
    }
    return { kind: 'accept', report, digest };
}
function compare(state, earlier, digest) {
    if (earlier.digest === digest || earlier.digest === CHILDREN_DIGEST) {
        return { kind: 'duplicate', commandId: earlier.commandId, pending: state.judging === earlier };
    }
    return refuse({
        code: 'result_conflict',
        message: 'another result was accepted for this command',
        fix: 'ask nextCommand for what is to be done now',
        digest: earlier.digest,
        at: earlier.at,
    });
}
/** Stands for the digest of a spawn command that the parent completed itself. */
export const CHILDREN_DIGEST = 'children';
function refuse(refusal) {
    return { kind: 'refuse', refusal };
}
