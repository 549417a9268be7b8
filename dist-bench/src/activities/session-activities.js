import { generateType, validateType, } from '../contract/activities.js';
import { offeredTo } from '../domain/offer.js';
import { STEPS } from '../steps/catalog.js';
import { forHistory } from './for-history.js';
/** Everything on the session Task Queue: gather, one pure step, write; each one Postgres transaction. */
export function createSessionActivities(deps) {
    const perStep = {};
    for (const [name, step] of Object.entries(STEPS)) {
        perStep[generateType(name)] = generateCommand(deps, step);
        perStep[validateType(name)] = validateResult(deps, step);
    }
    return { ...perStep, ...bookkeeping(deps) };
}
function generateCommand({ progress }, step) {
    return async (input) => {
        const opened = await progress.openInteraction(input, (facts) => step.buildCommand(facts));
        switch (opened.kind) {
            case 'opened':
                return offer(opened.command, input.mode, opened.executorQueue);
            case 'unbuildable':
                return { ok: false, failure: opened.failure };
            case 'refused':
                return { ok: false, failure: opened.failure, fatal: true };
        }
    };
}
function validateResult({ progress }, step) {
    return (input) => progress.completeInteraction(input, (judged) => step.judgeResult(judged));
}
function bookkeeping({ progress }) {
    return {
        async loadCommand(key) {
            const loaded = await progress.loadCommand(key.scope, key.sessionId, key.commandId);
            if (loaded)
                return offer(loaded.command, key.mode, loaded.executorQueue);
            return { ok: false, failure: { kind: 'internal', message: `command ${key.commandId} is not in the read model` } };
        },
        planChildren: (input) => progress.planChildren(input),
        recordChild: ({ scope, sessionId, child }) => progress.recordChild(scope, sessionId, child),
        childOutcome: ({ scope, sessionId }) => progress.childOutcome(scope, sessionId),
        noteWaiting: (input) => progress.noteWaiting(input),
        closeSession: (input) => progress.closeSession(input),
    };
}
function offer(command, mode, executorQueue) {
    const to = offeredTo(command.kind, mode, executorQueue);
    if (to !== 'executor')
        return { ok: true, for: to, command: forHistory(command) };
    return { ok: true, for: to, kind: command.kind, title: command.title, timeoutMs: command.timeoutMs };
}
