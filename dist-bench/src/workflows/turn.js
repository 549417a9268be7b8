import { uuid4 } from '@temporalio/workflow';
import { resultDigest } from '../domain/digest.js';
import { CHILDREN_DIGEST } from '../domain/inbox.js';
import { executorActivities } from './activity-proxies.js';
import { fromClient, observed } from './carried-out.js';
import { fromChildren } from './spawn-turn.js';
/** One turn: a command is handed out, carried out by whoever it is for, and its result is judged. */
export async function takeTurn(session, fast) {
    const resumed = session.open;
    if (resumed === null)
        session.seq += 1;
    const key = {
        scope: session.input.scope,
        sessionId: session.id,
        seq: session.seq,
        commandId: resumed?.commandId ?? uuid4(),
        step: session.step,
    };
    const generated = resumed
        ? await fast.loadCommand({ ...key, mode: session.mode })
        : await fast.generateCommand(session.step)({
            ...key,
            mode: session.mode,
            start: session.seq === 1 ? session.input : null,
        });
    if (!generated.ok)
        return 'fatal' in generated ? { fatal: generated.failure } : turnEnd(session, generated.failure);
    open(session, key, generated);
    for (;;) {
        const done = await carryOut(session, fast, key, generated);
        if (done.kind === 'again')
            return 'continue-as-new';
        const verdict = await judge(session, fast, key, done);
        if (verdict)
            return fold(session, fast, verdict);
    }
}
function open(session, { commandId, seq, step }, generated) {
    session.open = { commandId, seq, step, for: generated.for };
    const forClient = generated.for === 'client' || (generated.for === 'children' && session.mode === 'manual');
    session.command = 'command' in generated && forClient ? generated.command : null;
    session.wait(generated.for);
    session.settle();
}
async function carryOut(session, fast, key, generated) {
    switch (generated.for) {
        case 'client':
            return fromClient(session);
        case 'executor': {
            const executor = executorActivities(session.executorQueue, generated.timeoutMs, generated.title);
            return observed(() => executor.runCommand(key));
        }
        case 'children':
            return fromChildren(session, fast, key, generated.command.metadata, generated.command.timeoutMs);
    }
}
/** Null when the lease was not the current one: the report is refused and the command stays open. */
async function judge(session, fast, key, done) {
    const { kind: _kind, ...reported } = done;
    const digest = session.accepted?.digest ?? (session.open?.for === 'children' ? CHILDREN_DIGEST : resultDigest(done.result));
    const validated = await fast.validateResult(key.step)({ ...key, ...reported, digest });
    if (validated.kind === 'verdict') {
        session.answer(key.commandId, digest);
        return validated.verdict;
    }
    const refusal = {
        code: 'stale_lease',
        message: 'the lease is not the current one',
        field: 'report.lease',
        fix: 'take the command again',
    };
    session.refuse(refusal);
    if (session.accepted)
        session.accepted.refusal = refusal;
    session.accepted = null;
    return null;
}
async function fold(session, fast, verdict) {
    session.patch = { ...session.patch, ...verdict.patch };
    for (const { component, failure } of verdict.charged ?? []) {
        const child = session.children.find((known) => known.component === component);
        if (!child)
            continue;
        session.recordChild({ ...child, failure });
        await fast.recordChild({ scope: session.input.scope, sessionId: session.id, child: { ...child, failure } });
    }
    const end = turnEnd(session, verdict.failure ?? null);
    return { ...end, status: verdict.status };
}
function turnEnd(session, failure) {
    session.open = null;
    session.command = null;
    session.runningChildren = [];
    session.lastFailure = failure;
    session.wait('system');
    return { step: session.step, status: 'error', failure };
}
