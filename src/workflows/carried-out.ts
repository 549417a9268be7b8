import { allHandlersFinished, isCancellation, sleep } from '@temporalio/workflow';
import type { Result } from '../domain/result.js';
import { failureOf } from './child-failure.js';
import { receive } from './reporting.js';
import type { Session } from './session.js';

/** A result with who vouches for it; `again` when the history is full: it goes on in a new run. */
export type CarriedOut =
  | {
      readonly kind: 'result';
      readonly result: Result;
      readonly source: 'observed' | 'claimed';
      readonly lease?: number;
    }
  | { readonly kind: 'again' };

/** An accepted report is judged even when the session is cancelled in the same moment. */
export async function fromClient(session: Session): Promise<CarriedOut> {
  const isFull = () => session.told.isFull() && allHandlersFinished();
  try {
    for (const report of session.refused.takeBack(session.open?.commandId)) await receive(session, report);
    while (session.accepted === null) {
      await session.turns.until(() => session.accepted !== null || isFull());
      if (session.accepted !== null) break;
      // In a later workflow task than the one that carried the last answer.
      await sleep(1, { summary: 'before continue-as-new' });
      if (session.accepted === null && isFull()) return { kind: 'again' };
    }
  } catch (error) {
    if (session.accepted === null) throw error;
  }
  const { result, lease } = session.accepted.report;
  return { kind: 'result', result, source: 'claimed', ...(lease === undefined ? {} : { lease }) };
}

export async function observed(run: () => Promise<Result>): Promise<CarriedOut> {
  try {
    return { kind: 'result', result: await run(), source: 'observed' };
  } catch (error) {
    if (isCancellation(error)) throw error;
    return { kind: 'result', result: { status: 'warning', failure: failureOf(error) }, source: 'observed' };
  }
}
