import { RefusedError, type Lease, type Sessions } from '../api/sessions.js';
import type { Scope } from '../domain/scope.js';

export interface LeaseWork {
  readonly sessions: Sessions;
  readonly scope: Scope;
  readonly owner: string;
  readonly ttlMs: number;
  say(line: string): void;
}

/** A command that is ours for as long as the heart beats. */
export interface Holding {
  /** The fencing number to report with; it grows when the lease had run out and was taken again. */
  number(): number;
  /** Aborted when somebody else has the command. */
  readonly lost: AbortSignal;
  /** Takes it anew, where it ran out; false when somebody else was quicker. */
  retake(): Promise<boolean>;
  /** Ends the heartbeat; the lease runs out by itself, or the report ends it. */
  stop(): void;
  release(): Promise<void>;
}

/** Somebody else works on it, until then unless they renew it; null: the command is not open any more. */
export type Taken = { readonly kind: 'ours'; readonly holding: Holding } | HeldByOther | { readonly kind: 'gone' };
export interface HeldByOther {
  readonly kind: 'held';
  readonly by: string;
  readonly until: string;
}

/** Beats in a lease's time: two may be lost on the way. */
const BEATS = 3;

export async function holdLease(work: LeaseWork, sessionId: string, commandId: string): Promise<Taken> {
  try {
    const lease = await take(work, sessionId, commandId);
    return { kind: 'ours', holding: keep(work, sessionId, lease) };
  } catch (error) {
    return elsewhere(error);
  }
}

const take = ({ sessions, scope, owner, ttlMs }: LeaseWork, sessionId: string, commandId: string): Promise<Lease> =>
  sessions.take(scope, sessionId, { commandId, owner, ttlMs });

function elsewhere(error: unknown): HeldByOther | { readonly kind: 'gone' } {
  if (error instanceof RefusedError && error.refusal.code === 'command_gone') return { kind: 'gone' };
  if (!(error instanceof RefusedError) || error.refusal.code !== 'lease_held') throw error;
  const detail = ('detail' in error.refusal ? error.refusal.detail : null) as {
    owner?: string;
    expiresAt?: string;
  } | null;
  return { kind: 'held', by: detail?.owner ?? 'somebody', until: detail?.expiresAt ?? '' };
}

function keep(work: LeaseWork, sessionId: string, first: Lease): Holding {
  const { sessions, scope, ttlMs, say } = work;
  const { commandId } = first;
  const lost = new AbortController();
  let { number } = first;
  const retake = async (): Promise<boolean> => {
    try {
      number = (await take(work, sessionId, commandId)).number;
      return true;
    } catch (error) {
      const other = elsewhere(error);
      const why = other.kind === 'held' ? `${other.by} has taken this command` : 'this command is not open any more';
      lost.abort(new LeaseLost(why));
      return false;
    }
  };
  const beat = async (): Promise<void> => {
    try {
      await sessions.heartbeat(scope, sessionId, { commandId, number, ttlMs });
    } catch (error) {
      if (error instanceof RefusedError) await retake();
      // Anything else may pass before the lease runs out; the next beat tells.
      else say(`the lease could not be renewed: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  const timer = setInterval(() => void beat().catch(() => undefined), ttlMs / BEATS);
  const stop = () => clearInterval(timer);
  return {
    number: () => number,
    lost: lost.signal,
    retake,
    stop,
    async release() {
      stop();
      await sessions.release(scope, sessionId, { commandId, number }).catch(() => undefined);
    },
  };
}

/** Somebody else carries the command out now; what was done here is not reported. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
}
