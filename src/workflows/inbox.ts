import { ApplicationFailure, CancellationScope, condition, setHandler } from '@temporalio/workflow';
import { REFUSED } from '../contract/failure-types.js';
import * as messages from '../contract/messages.js';
import type { Decision, Next, Refusal, ReportAnswer } from '../contract/messages.js';
import { sortReport } from '../domain/inbox.js';
import type { Report } from '../domain/result.js';
import { EXECUTION_MODES, type ExecutionMode } from '../domain/session.js';
import { countRefusal } from './count-refusal.js';
import { DECISION_FORM, decisionRefusal, isShortText } from './decision-guard.js';
import { isRoomFor, keepRejected } from './keep-rejected.js';
import { inboxOf, viewOf } from './session-view.js';
import type { AcceptedReport, Session } from './session.js';

/**
 * Installs every handler before the first await. Handlers append to the session's inbox and wait; the loop acts. Only what the
 * session's course does not depend on, a rejected result, is kept by the handler that refuses it. INV-6.
 */
export function installInbox(session: Session): void {
  setHandler(messages.submitResult, (report) => submit(session, report), {
    validator: (report) => throwIfRefusedUnkept(session, report),
    description: 'Report a result and get what comes next: {commandId, result, lease?}',
  });
  setHandler(messages.reportResult, (report) => receive(session, report), {
    description: 'The same report, fire and forget; a bad one is counted in sessionState.refused',
  });
  setHandler(messages.awaitRest, () => atRest(session), { description: 'Waits until the session is at rest' });
  setHandler(messages.nextCommand, () => session.next(), {
    description: 'The open command, what is waited on, or done',
  });
  setHandler(messages.sessionState, () => viewOf(session), { description: 'Where the session stands' });
  setHandler(messages.decide, (decision) => takeDecision(session, decision), {
    validator: (decision: Decision) => throwRefusal(decisionRefusal(session, decision)),
    description: `When waiting on decision: ${DECISION_FORM}`,
  });
  setHandler(messages.setExecutionMode, ({ mode }) => switchMode(session, mode), {
    validator: (request: { mode: ExecutionMode }) => throwRefusal(modeRefusal(session, request?.mode)),
    description: 'From the next command on: {"mode": "manual", "auto" or "agentic"}',
  });
  setHandler(messages.cancelReason, (reason) => takeCancelReason(session, reason), {
    description: 'Why the session is about to be cancelled',
  });
}

async function submit(session: Session, value: Report): Promise<ReportAnswer> {
  session.told.note();
  const sorted = sortReport(inboxOf(session), value);
  if (sorted.kind === 'refuse') {
    if (sorted.rejected) await keepRejected(session, sorted.rejected);
    countRefusal(sorted.refusal);
    throw refusalError(sorted.refusal);
  }
  if (sorted.kind === 'duplicate') {
    if (sorted.pending && session.accepted) return { ...(await answerTo(session.accepted)), duplicate: true };
    const waiting = session.unanswered.find(({ report }) => report.commandId === sorted.commandId);
    if (waiting) return { ...(await answerTo(waiting)), duplicate: true };
    const first = session.answers.get(sorted.commandId);
    return { accepted: true, next: session.next(), ...first, duplicate: true };
  }
  return answerTo(accept(session, sorted.report, sorted.digest));
}

async function atRest(session: Session): Promise<Next> {
  session.told.note();
  await CancellationScope.nonCancellable(() =>
    condition(() => session.closed !== null || session.waitingOn !== 'system'),
  );
  return session.next();
}

/** Never throws: a signal's bad report changes nothing but the count, and a second result is kept. */
async function receive(session: Session, value: Report): Promise<void> {
  session.told.note();
  const sorted = sortReport(inboxOf(session), value);
  if (sorted.kind === 'accept') accept(session, sorted.report, sorted.digest);
  if (sorted.kind !== 'refuse') return;
  session.refuse(sorted.refusal);
  if (sorted.rejected && isRoomFor(session)) await keepRejected(session, sorted.rejected);
}

function accept(session: Session, report: Report, digest: string): AcceptedReport {
  const accepted: AcceptedReport = {
    report,
    digest,
    acceptedAt: session.told.acceptedAt(),
    answer: null,
    refusal: null,
  };
  session.accepted = accepted;
  return accepted;
}

async function answerTo(accepted: AcceptedReport): Promise<ReportAnswer> {
  await CancellationScope.nonCancellable(() => condition(() => accepted.answer !== null || accepted.refusal !== null));
  // Counted when the session refused it.
  if (accepted.refusal) throw refusalError(accepted.refusal);
  return accepted.answer!;
}

/** A refusal leaves no event, but where a second result is to be kept. */
function throwIfRefusedUnkept(session: Session, value: unknown): void {
  const sorted = sortReport(inboxOf(session), value);
  if (sorted.kind !== 'refuse') return;
  if (sorted.rejected?.why === 'conflict' && isRoomFor(session)) return;
  countRefusal(sorted.refusal);
  throw refusalError(sorted.refusal);
}

function takeDecision(session: Session, decision: Decision): { accepted: true } {
  session.told.note();
  session.decision = decision;
  return { accepted: true };
}

/** Signal handlers never throw: a reason without its shape is no reason. */
function takeCancelReason(session: Session, by: { userId: string; reason: string }): void {
  session.told.note();
  if (by && [by.userId, by.reason].every(isShortText))
    session.cancelReason ??= { userId: by.userId, reason: by.reason };
}

function modeRefusal(session: Session, mode: ExecutionMode): Refusal | null {
  if (session.closed !== null) {
    return {
      code: 'session_closed',
      message: `the session is ${session.closed}`,
      fix: 'nothing is left to do',
      status: session.closed,
    };
  }
  const known = EXECUTION_MODES.includes(mode);
  if (known && (mode === 'manual' || session.executorQueue !== null)) return null;
  const fix = known ? 'start the session with an executorQueue' : `use one of ${EXECUTION_MODES.join(', ')}`;
  return { code: 'invalid_decision', message: 'this mode is not possible here', field: 'mode', fix };
}

function switchMode(session: Session, mode: ExecutionMode): { mode: ExecutionMode } {
  session.told.note();
  session.mode = mode;
  return { mode };
}

function throwRefusal(refusal: Refusal | null): void {
  if (refusal === null) return;
  countRefusal(refusal);
  throw refusalError(refusal);
}

function refusalError(refusal: Refusal): ApplicationFailure {
  return ApplicationFailure.create({ message: refusal.message, type: REFUSED, nonRetryable: true, details: [refusal] });
}
