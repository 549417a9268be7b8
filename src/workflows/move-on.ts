import { sleep } from '@temporalio/workflow';
import { quotaPauseMs } from '../domain/bounds.js';
import type { Failure } from '../domain/failures.js';
import { advance, type CompletedTurn } from '../domain/progress.js';
import type { Fast } from './activity-proxies.js';
import { afterSpent } from './decision.js';
import type { Session } from './session.js';

/** Goes where the route table sends a completed turn: `onward`, or the session's end with null or why it failed. */
export async function moveOn(session: Session, fast: Fast, turn: CompletedTurn): Promise<Failure | null | 'onward'> {
  const { progress, onward } = advance(session.input.sessionType, session.progress, session.bounds, turn);
  session.progress = progress;
  switch (onward.kind) {
    case 'complete':
      return null;
    case 'spent':
      return (await afterSpent(session, fast, turn, onward)) ?? 'onward';
    case 'parked':
      session.step = onward.step;
      await waitForQuota(session, fast, onward.until);
      return 'onward';
    case 'step':
      session.step = onward.step;
      if (onward.waitMs > 0) {
        session.settle();
        await sleep(onward.waitMs, { summary: `pause before ${onward.step} again` });
      }
      return 'onward';
  }
}

async function waitForQuota(session: Session, fast: Fast, until: string | null): Promise<void> {
  const now = Date.now();
  const waitMs = quotaPauseMs(until, now);
  const back = new Date(now + waitMs).toISOString();
  const reason = `the agent's quota is spent; going on at ${back}`;
  await fast.noteWaiting({ scope: session.input.scope, sessionId: session.id, waitingOn: 'quota', reason });
  session.wait('quota');
  session.settle();
  await sleep(waitMs, { summary: `quota is back at ${back}` });
  session.wait('system');
}
