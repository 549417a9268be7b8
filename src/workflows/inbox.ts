import { setHandler } from '@temporalio/workflow';
import * as messages from '../contract/messages.js';
import type { Decision, Refusal } from '../contract/messages.js';
import { EXECUTION_MODES, type ExecutionMode } from '../domain/session.js';
import { countRefusal } from './count-refusal.js';
import { DECISION_FORM, decisionRefusal, isShortText } from './decision-guard.js';
import { refusalError } from './refusals.js';
import { atRest, receive, submit, throwIfRefusedUnkept } from './reporting.js';
import { viewOf } from './session-view.js';
import type { Session } from './session.js';

/**
 * Installs every handler before the first await. Handlers append to the session's inbox and wait; the loop acts. Only what the
 * session's course does not depend on, a rejected result, is kept by the handler that refuses it. INV-6.
 */
export function installInbox(session: Session): void {
  setHandler(messages.submitResult, (report) => update(session, () => submit(session, report)), {
    validator: (report) => throwIfRefusedUnkept(session, report),
    description: 'Report a result and get what comes next: {commandId, result, lease?}',
  });
  setHandler(messages.reportResult, (report) => receive(session, report), {
    description: 'The same report, fire and forget; a bad one is counted in sessionState.refused',
  });
  setHandler(messages.awaitRest, () => update(session, () => atRest(session)), {
    description: 'Waits until the session is at rest',
  });
  setHandler(messages.nextCommand, () => session.next(), {
    description: 'The open command, what is waited on, or done',
  });
  setHandler(messages.sessionState, () => viewOf(session), { description: 'Where the session stands' });
  setHandler(messages.decide, (decision) => update(session, () => takeDecision(session, decision)), {
    validator: (decision: Decision) => throwRefusal(decisionRefusal(session, decision)),
    description: `When waiting on decision: ${DECISION_FORM}`,
  });
  setHandler(messages.setExecutionMode, ({ mode }) => update(session, () => switchMode(session, mode)), {
    validator: (request: { mode: ExecutionMode }) => throwRefusal(modeRefusal(session, request?.mode)),
    description: 'From the next command on: {"mode": "manual", "auto" or "agentic"}',
  });
  setHandler(messages.cancelReason, (reason) => takeCancelReason(session, reason), {
    description: 'Why the session is about to be cancelled',
  });
}

/** An update that was accepted, in its turn; what its validator saw may be over by then. */
function update<T>({ told, turns }: Session, handle: () => T): T | Promise<Awaited<T>> {
  const now = told.now();
  return turns.take(() => {
    told.note(now);
    return handle();
  });
}

function takeDecision(session: Session, decision: Decision): { accepted: true } {
  if (session.told.isOn) throwRefusal(decisionRefusal(session, decision));
  session.decision = decision;
  return { accepted: true };
}

/** Signal handlers never throw: a reason without its shape is no reason. */
function takeCancelReason(session: Session, by: { userId: string; reason: string }): void {
  session.told.noteIdle(by);
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
  if (session.told.isOn) throwRefusal(modeRefusal(session, mode));
  session.mode = mode;
  return { mode };
}

function throwRefusal(refusal: Refusal | null): void {
  if (refusal === null) return;
  countRefusal(refusal);
  throw refusalError(refusal);
}
