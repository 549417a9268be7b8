import { CancellationScope } from '@temporalio/workflow';
import type { Next, ReportAnswer } from '../contract/messages.js';
import { sortReport } from '../domain/inbox.js';
import type { Report } from '../domain/result.js';
import { countRefusal } from './count-refusal.js';
import { isRoomFor, keepRejected } from './keep-rejected.js';
import { refusalError } from './refusals.js';
import { inboxOf } from './session-view.js';
import type { AcceptedReport, Session } from './session.js';

export async function submit(session: Session, value: Report): Promise<ReportAnswer> {
  const sorted = sortReport(inboxOf(session), value);
  if (sorted.kind === 'refuse') {
    if (sorted.rejected) await keepRejected(session, sorted.rejected);
    countRefusal(sorted.refusal);
    throw refusalError(sorted.refusal);
  }
  if (sorted.kind === 'duplicate') {
    if (sorted.pending && session.accepted) return { ...(await answerTo(session, session.accepted)), duplicate: true };
    const waiting = session.unanswered.find(({ report }) => report.commandId === sorted.commandId);
    if (waiting) return { ...(await answerTo(session, waiting)), duplicate: true };
    const first = session.answers.get(sorted.commandId);
    return { accepted: true, next: session.next(), ...first, duplicate: true };
  }
  return answerTo(session, accept(session, sorted.report, sorted.digest));
}

export async function atRest(session: Session): Promise<Next> {
  await CancellationScope.nonCancellable(() =>
    session.turns.until(() => session.closed !== null || session.waitingOn !== 'system'),
  );
  return session.next();
}

/** Never throws: a signal's bad report changes nothing but the count, and a second result is kept. */
export async function receive(session: Session, value: Report): Promise<void> {
  const sorted = sortReport(inboxOf(session), value);
  if (sorted.kind === 'accept') return void accept(session, sorted.report, sorted.digest);
  session.told.noteIdle(value);
  if (sorted.kind !== 'refuse') return;
  const isEarly = sorted.refusal.code === 'unknown_interaction' && session.told.isOn;
  if (isEarly) session.refused.addEarly(value, sorted.refusal);
  else session.refused.add(sorted.refusal);
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

async function answerTo({ turns }: Session, accepted: AcceptedReport): Promise<ReportAnswer> {
  await CancellationScope.nonCancellable(() =>
    turns.until(() => accepted.answer !== null || accepted.refusal !== null),
  );
  // Counted when the session refused it.
  if (accepted.refusal) throw refusalError(accepted.refusal);
  return accepted.answer!;
}

/** A refusal leaves no event, but where a second result is to be kept. */
export function throwIfRefusedUnkept(session: Session, value: unknown): void {
  const sorted = sortReport(inboxOf(session), value);
  if (sorted.kind !== 'refuse') return;
  if (sorted.rejected?.why === 'conflict' && isRoomFor(session)) return;
  countRefusal(sorted.refusal);
  throw refusalError(sorted.refusal);
}
