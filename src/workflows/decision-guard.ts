import type { Decision, Refusal } from '../contract/messages.js';
import { BOUND_NAMES, MAX_BOUND } from '../domain/bounds.js';
import { undone, WHOLE_CONTEXT } from '../domain/children.js';
import type { Session } from './session.js';

export const DECISION_FORM =
  '{"action": "retry", "fail", "extend" with "bound": "…" and "by": 1, or "waive" with "component": "…", "userId": "…", "reason": "…"}';

/** Why a decision is not taken, or null. */
export function decisionRefusal(session: Session, decision: Decision): Refusal | null {
  if (!isShaped(decision)) {
    const fix = `send ${DECISION_FORM}`;
    return { code: 'invalid_decision', message: 'the decision has another shape', field: 'decision', fix };
  }
  if (session.closed !== null || session.waitingOn !== 'decision' || session.decision !== null) {
    const fix = 'decide when sessionState says waitingOn decision';
    return { code: 'nothing_to_decide', message: 'the session does not wait for a decision', fix };
  }
  if (decision.action !== 'waive') return null;
  const components = undone(session.children, session.waivers)
    .map(({ component }) => component)
    .filter((component) => component !== WHOLE_CONTEXT);
  const isLast = session.children.every(
    ({ component }) =>
      component === WHOLE_CONTEXT ||
      component === decision.component ||
      session.waivers.some((waiver) => waiver.component === component),
  );
  if (components.includes(decision.component) && !isLast) return null;
  if (isLast)
    return {
      code: 'invalid_decision',
      message: 'nothing would be left to deliver',
      field: 'decision.component',
      fix: 'retry or fail',
    };
  const fix = components.length === 0 ? 'retry or fail' : `use one of ${components.join(', ')}`;
  const message = 'this component is not what the session is stuck at';
  return { code: 'invalid_decision', message, field: 'decision.component', fix };
}

function isShaped(decision: Decision | null | undefined): boolean {
  if (decision === null || typeof decision !== 'object') return false;
  if (![decision.userId, decision.reason].every(isShortText)) return false;
  const members = Object.keys(decision).length;
  switch (decision.action) {
    case 'retry':
    case 'fail':
      return members === 3;
    case 'waive':
      return members === 4 && isShortText(decision.component);
    case 'extend':
      return members === 5 && BOUND_NAMES.includes(decision.bound) && isCount(decision.by);
    default:
      return false;
  }
}

function isCount(value: unknown): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= MAX_BOUND;
}

export function isShortText(value: unknown): boolean {
  return (
    typeof value === 'string' &&
    value.length > 0 &&
    value.length <= 1000 &&
    !value.includes('\u0000') &&
    value.isWellFormed()
  );
}
