import { setCurrentDetails, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import { SwWaitingOn } from '../contract/search-attributes.js';
import { FRESH } from '../domain/progress.js';
import { steps } from '../domain/routing.js';
import { operatorDetails } from './operator-details.js';
import { viewOf } from './session-view.js';
/** Waits that last and that operators filter by; the others would only cost events. */
const LASTING = new Set(['client', 'decision', 'quota']);
/** Whole first answers kept for duplicates; older ones are answered with what is to be done now. */
const MAX_ANSWERS = 10;
const MAX_ANSWERED = 300;
const MAX_REFUSALS = 5;
/** The one state object of a session. Handlers only fill the inbox fields; the loop changes everything else. */
export class Session {
    input;
    id = workflowInfo().workflowId;
    executorQueue;
    mode;
    seq = 0;
    step;
    progress = FRESH;
    patch = {};
    lastFailure = null;
    children = [];
    /** Session ids of a spawn step's children until a client may report on it. */
    runningChildren = [];
    open = null;
    /** The open command, when a client may have it. */
    command = null;
    closed = null;
    waitingOn = 'system';
    waitingSince = new Date().toISOString();
    accepted = null;
    unanswered = [];
    decision = null;
    cancelReason = null;
    answered = [];
    answers = new Map();
    refused = { count: 0, last: [] };
    attribute = 'none';
    constructor(input) {
        this.input = input;
        const carried = input.carried;
        this.executorQueue = input.executorQueue ?? null;
        this.mode = carried?.mode ?? input.mode ?? 'manual';
        this.step = carried?.step ?? steps(input.sessionType)[0];
        if (carried === undefined)
            return;
        this.seq = carried.seq;
        this.open = carried.open;
        this.progress = carried.progress;
        this.patch = carried.patch;
        this.lastFailure = carried.lastFailure;
        this.answered = [...carried.answered];
        this.children = [...carried.children];
        this.refused.count = carried.refusedCount;
    }
    /** What the session waits for from now on. */
    wait(on) {
        if (this.waitingOn !== on)
            this.waitingSince = new Date().toISOString();
        this.waitingOn = on;
        this.showAttribute(LASTING.has(on) ? on : this.attribute === 'none' || on === 'system' ? this.attribute : 'none');
        setCurrentDetails(operatorDetails(viewOf(this)));
    }
    /** At rest: whoever reported is told what comes next. */
    settle() {
        for (const accepted of this.unanswered) {
            accepted.answer = { accepted: true, duplicate: false, next: this.next() };
            this.answers.set(accepted.report.commandId, accepted.answer);
        }
        this.unanswered = [];
        for (const oldest of [...this.answers.keys()].slice(0, -MAX_ANSWERS))
            this.answers.delete(oldest);
    }
    /** The accepted report on the open command is judged: it is answered at the next rest. */
    answer(commandId, digest) {
        this.answered = [...this.answered, { commandId, digest, at: new Date().toISOString() }].slice(-MAX_ANSWERED);
        if (this.accepted)
            this.unanswered.push(this.accepted);
        this.accepted = null;
    }
    refuse(refusal) {
        this.refused.count += 1;
        this.refused.last = [...this.refused.last, refusal].slice(-MAX_REFUSALS);
    }
    recordChild(child) {
        this.children = [...this.children.filter(({ component }) => component !== child.component), child];
    }
    inbox() {
        const judging = this.accepted && {
            commandId: this.accepted.report.commandId,
            digest: this.accepted.digest,
            at: new Date().toISOString(),
        };
        return {
            closed: this.closed,
            open: this.open,
            judging,
            answered: this.answered,
            runningChildren: this.runningChildren,
        };
    }
    next() {
        if (this.closed !== null)
            return { kind: 'done', status: this.closed };
        if (this.command !== null && this.accepted === null)
            return { kind: 'command', command: this.command };
        return { kind: 'wait', on: this.waitingOn, since: this.waitingSince, cursor: this.seq };
    }
    showAttribute(value) {
        if (this.attribute === value)
            return;
        this.attribute = value;
        upsertSearchAttributes([{ key: SwWaitingOn, value }]);
    }
}
