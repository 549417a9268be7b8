import type { SessionOutcome, SessionView } from '../contract/messages.js';
import type { InboxState } from '../domain/inbox.js';
import type { ClosedStatus } from '../domain/session.js';
import type { Carried } from './carried.js';
import type { Session } from './session.js';

export function carriedOf(session: Session): Carried {
  const { seq, step, open, mode, bounds, progress, patch, lastFailure, answered, children, waivers } = session;
  return {
    seq,
    step,
    open,
    mode,
    bounds,
    progress,
    patch,
    lastFailure,
    answered,
    children,
    waivers,
    refusedCount: session.refused.count,
  };
}

/** What sorting a report goes by. */
export function inboxOf(session: Session): InboxState {
  const judging = session.accepted && {
    commandId: session.accepted.report.commandId,
    digest: session.accepted.digest,
    at: session.accepted.acceptedAt ?? new Date().toISOString(),
  };
  return {
    closed: session.closed,
    open: session.open,
    judging,
    answered: session.answered,
    runningChildren: session.runningChildren,
  };
}

/** What the query `sessionState` answers. */
export function viewOf(session: Session): SessionView {
  return {
    sessionId: session.id,
    sessionType: session.input.sessionType,
    status: session.closed ?? 'active',
    step: session.closed === null ? session.step : null,
    seq: session.seq,
    mode: session.mode,
    waitingOn: session.closed === null ? session.waitingOn : null,
    waitingSince: session.waitingSince,
    openCommandId: session.open?.commandId ?? null,
    counts: session.progress.counts,
    children: session.children.map(({ mergedAs, branch: _branch, commit: _commit, ...child }) => ({
      ...child,
      merged: mergedAs !== null,
    })),
    lastFailure: session.lastFailure,
    refused: session.refused.told(),
    branch: session.patch.branch ?? null,
    commit: session.patch.commit ?? null,
  };
}

/** What the workflow returns. */
export function outcomeOf(session: Session, status: ClosedStatus): SessionOutcome {
  const { branch, commit, remoteSha, pullRequest } = session.patch;
  return {
    sessionId: session.id,
    status,
    branch: branch ?? null,
    commit: commit ?? null,
    remoteSha: remoteSha ?? null,
    ...(pullRequest === undefined ? {} : { pullRequest }),
    children: session.children.map((child) => ({
      component: child.component,
      sessionId: child.sessionId,
      status: child.status,
      attempts: child.attempt,
      fixRounds: child.fixRounds,
    })),
    interactions: session.seq,
    fixRounds: session.progress.fixRounds,
  };
}
