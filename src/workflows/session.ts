import { upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import type { ChildInput } from '../contract/activities.js';
import { SwWaitingOn } from '../contract/search-attributes.js';
import type { Decision, Next, Refusal, ReportAnswer } from '../contract/messages.js';
import type { StartInput } from '../contract/start-input.js';
import type { Bounds } from '../domain/bounds.js';
import type { ChildAttempt } from '../domain/children.js';
import type { Command } from '../domain/command.js';
import type { Failure } from '../domain/failures.js';
import type { AnsweredCommand, OpenCommand } from '../domain/inbox.js';
import { FRESH, type Progress } from '../domain/progress.js';
import type { Carried } from './carried.js';
import type { Report } from '../domain/result.js';
import { steps } from '../domain/routing.js';
import type { ClosedStatus, ExecutionMode, SessionPatch, Waiver, WaitingOn } from '../domain/session.js';
import { Refusals } from './refusals.js';
import { ToldByHistory } from './told-by-history.js';
import { Turns } from './turns.js';

/** A report that was accepted: judged by the loop, answered when the session is at rest. */
export interface AcceptedReport {
  readonly report: Report;
  readonly digest: string;
  readonly acceptedAt: string | null;
  answer: ReportAnswer | null;
  refusal: Refusal | null;
}

/** Waits that last and that operators filter by; the others would only cost events. */
const LASTING: ReadonlySet<WaitingOn> = new Set(['client', 'decision', 'quota']);
/** Whole first answers kept for duplicates; older ones are answered with what is to be done now. */
const MAX_ANSWERS = 10;
const MAX_ANSWERED = 300;

/** The one state object of a session. Handlers only fill the inbox fields; the loop changes everything else. */
export class Session {
  readonly id = workflowInfo().workflowId;
  readonly executorQueue: string | null;
  bounds: Bounds;
  mode: ExecutionMode;
  seq = 0;
  step: string;
  progress: Progress = FRESH;
  patch: SessionPatch = {};
  lastFailure: Failure | null = null;
  children: ChildAttempt[] = [];
  waivers: readonly Waiver[] = [];
  /** Session ids of a spawn step's children until a client may report on it. */
  runningChildren: readonly string[] = [];

  open: OpenCommand | null = null;
  /** The open command, when a client may have it. */
  command: Command | null = null;
  closed: ClosedStatus | null = null;
  waitingOn: WaitingOn = 'system';
  waitingSince = new Date().toISOString();

  accepted: AcceptedReport | null = null;
  unanswered: AcceptedReport[] = [];
  decision: Decision | null = null;
  cancelReason: { userId: string; reason: string } | null = null;
  answered: AnsweredCommand[] = [];
  readonly answers = new Map<string, ReportAnswer>();
  readonly refused = new Refusals();
  readonly told = new ToldByHistory();
  readonly turns = new Turns(this.told.isOn);
  private attribute = workflowInfo().typedSearchAttributes.get(SwWaitingOn) ?? 'none';

  constructor(
    readonly input: StartInput,
    /** Shows operators where the session stands. */
    private readonly show: (session: Session) => void,
  ) {
    const carried = input.carried as Carried | undefined;
    this.executorQueue = input.executorQueue ?? null;
    this.bounds = carried?.bounds ?? input.bounds ?? {};
    this.mode = carried?.mode ?? input.mode ?? 'manual';
    this.step = carried?.step ?? steps(input.sessionType)[0]!;
    if (carried === undefined) return;
    this.seq = carried.seq;
    this.open = carried.open;
    this.progress = carried.progress;
    this.patch = carried.patch;
    this.lastFailure = carried.lastFailure;
    this.answered = [...carried.answered];
    this.children = [...carried.children];
    this.waivers = carried.waivers ?? [];
    this.refused.count = carried.refusedCount;
  }

  /** What the session waits for from now on. */
  wait(on: WaitingOn): void {
    if (this.waitingOn !== on) this.waitingSince = new Date().toISOString();
    this.waitingOn = on;
    this.showAttribute(LASTING.has(on) ? on : this.attribute === 'none' || on === 'system' ? this.attribute : 'none');
    this.show(this);
  }

  /** At rest: whoever reported is told what comes next. */
  settle(): void {
    for (const accepted of this.unanswered) {
      accepted.answer = { accepted: true, duplicate: false, next: this.next() };
      this.answers.set(accepted.report.commandId, accepted.answer);
    }
    this.unanswered = [];
    for (const oldest of [...this.answers.keys()].slice(0, -MAX_ANSWERS)) this.answers.delete(oldest);
  }

  /** The accepted report on the open command is judged: it is answered at the next rest. */
  answer(commandId: string, digest: string): void {
    const at = this.accepted?.acceptedAt ?? new Date().toISOString();
    this.answered = [...this.answered, { commandId, digest, at }].slice(-MAX_ANSWERED);
    if (this.accepted) this.unanswered.push(this.accepted);
    this.accepted = null;
  }

  /** An accepted report that is not to be judged after all: whoever sent it is told. */
  refuseAccepted(refusal: Refusal): void {
    if (this.accepted === null) return;
    this.refused.add(refusal);
    this.accepted.refusal = refusal;
    this.accepted = null;
  }

  /** Returns what Postgres is to keep of it. */
  recordChild(child: ChildAttempt): ChildInput {
    // Without the detail, which Postgres keeps: a hundred children have to fit into what continue-as-new carries.
    const { detail: _detail, ...failure } = child.failure ?? {};
    const kept = { ...child, failure: child.failure && (failure as Failure) };
    this.children = [...this.children.filter(({ component }) => component !== child.component), kept];
    return { scope: this.input.scope, sessionId: this.id, child, ...this.told.now() };
  }

  next(): Next {
    if (this.closed !== null) return { kind: 'done', status: this.closed };
    if (this.command !== null && this.accepted === null) return { kind: 'command', command: this.command };
    return { kind: 'wait', on: this.waitingOn, since: this.waitingSince, cursor: this.seq };
  }

  /** The last thing a closed session shows: nobody filters for what it once waited for. */
  stopWaiting(): void {
    this.showAttribute('none');
  }

  private showAttribute(value: string): void {
    if (this.attribute === value) return;
    this.attribute = value;
    upsertSearchAttributes([{ key: SwWaitingOn, value }]);
  }
}
