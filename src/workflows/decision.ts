import { patched, uuid4 } from '@temporalio/workflow';
import type { Decision } from '../contract/messages.js';
import { BOUNDS, extended } from '../domain/bounds.js';
import { undone } from '../domain/children.js';
import type { Failure } from '../domain/failures.js';
import { advance, retried, type CompletedTurn, type Onward } from '../domain/progress.js';
import type { Fast } from './activity-proxies.js';
import type { Session } from './session.js';

/** A root may ask its operators; a child always fails to its parent. */
export async function afterSpent(
  session: Session,
  fast: Fast,
  turn: CompletedTurn,
  spent: Onward & { kind: 'spent' },
): Promise<Failure | null> {
  const asks = session.input.parent === undefined && session.input.onExhausted !== 'fail';
  if (!asks) return spent.failure;
  for (;;) {
    const end = await decideOnce(session, fast, turn, spent);
    // Going on without one component leaves the others at their bounds: that is for an operator to say, too.
    if (end !== 'ask again') return end;
  }
}

async function decideOnce(
  session: Session,
  fast: Fast,
  turn: CompletedTurn,
  spent: Onward & { kind: 'spent' },
): Promise<Failure | null | 'ask again'> {
  const { scope } = session.input;
  await fast.noteWaiting({ scope, sessionId: session.id, waitingOn: 'decision', reason: spent.failure.message });
  session.lastFailure = spent.failure;
  session.wait('decision');
  session.settle();
  const decision = await decisionOf(session);
  const { action, userId, reason } = decision;
  if (patched('decisions are recorded')) {
    await fast.recordDecision({ scope, sessionId: session.id, id: uuid4(), decision });
  } else {
    // Decided about by an earlier release: its history has no such activity, and no id was drawn.
  }
  if (action === 'fail')
    return { ...spent.failure, message: `${spent.failure.message}; ${userId} decided to fail it: ${reason}` };
  if (action === 'waive') {
    const waiver = { component: decision.component, userId, reason };
    await fast.recordWaiver({ scope, sessionId: session.id, waiver });
    session.waivers = [...session.waivers, waiver];
    if (isAnyAtItsBound(session)) return 'ask again';
  }
  session.step = spent.retryAt;
  session.progress = retried(session.progress, turn);
  if (action === 'extend') {
    session.bounds = extended(session.bounds, decision.bound, decision.by);
    // Counted like any other: raised by two there are two more tries.
    const { progress, onward } = advance(session.input.sessionType, session.progress, session.bounds, turn);
    session.progress = progress;
    if (onward.kind === 'spent') return 'ask again';
  }
  return null;
}

function isAnyAtItsBound({ children, waivers, bounds }: Session): boolean {
  const limit = bounds.childAttempts ?? BOUNDS.childAttempts.default;
  return undone(children, waivers).some(({ attempt, status }) => status !== 'planned' && attempt >= limit);
}

async function decisionOf(session: Session): Promise<Decision> {
  await session.turns.until(() => session.decision !== null);
  const decision = session.decision!;
  session.decision = null;
  session.wait('system');
  return decision;
}
