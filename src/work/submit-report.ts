import { RefusedError } from '../api/sessions.js';
import type { Result } from '../domain/result.js';
import type { Holding, LeaseWork } from './hold-lease.js';
import type { WorkFolder } from './work-folder.js';

export type Submitted =
  /** Judged, or in the session's history and judged when a worker is up. */
  | { readonly kind: 'accepted'; readonly isDurableOnly: boolean }
  /** Another was first, or the session is closed: what was done here does not count. */
  | { readonly kind: 'refused'; readonly why: string };

export interface SubmitWork extends LeaseWork {
  readonly folder: WorkFolder;
  readonly signal: AbortSignal;
}

const AGAIN_MS = 2_000;
const PATIENCE_MS = 10 * 60_000;

/** Written down before it is sent, so that a killed worker's successor sends the same; the same report again is safe. */
export async function submitReport(
  work: SubmitWork,
  at: { readonly sessionId: string; readonly commandId: string },
  result: Result,
  holding: Holding,
): Promise<Submitted> {
  const { sessionId, commandId } = at;
  const { sessions, scope, folder, signal, say } = work;
  await folder.save({ report: { sessionId, commandId, result } });
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    try {
      const answer = await sessions.submit(scope, sessionId, { commandId, result, lease: holding.number() });
      return { kind: 'accepted', isDurableOnly: 'durable' in answer };
    } catch (error) {
      if (error instanceof RefusedError) {
        const { code, message } = error.refusal;
        if (code === 'stale_lease' && (await holding.retake())) continue;
        if (code === 'invalid_report') throw error;
        return { kind: 'refused', why: `${message} (${code})` };
      }
      if (Date.now() > end || signal.aborted) throw error;
      say(`the report could not be sent, trying again: ${error instanceof Error ? error.message : String(error)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
}
