import fc from 'fast-check';
import type { Decision, Report } from '../../src/client.js';
import { failingReport } from './failing-reports.js';

/** What can happen to a session, in words that need no knowledge of where it stands. */
export type Act =
  | {
      readonly do: 'report';
      /** The open command, else the newest; one before it; one that never was. */
      readonly on: 'open' | 'earlier' | 'unknown';
      readonly back: number;
      readonly content: number;
      readonly via: 'update' | 'signal';
    }
  | { readonly do: 'decide'; readonly action: 'retry' | 'fail' | 'extend' }
  | { readonly do: 'mode'; readonly mode: 'manual' | 'agentic' }
  | { readonly do: 'cancel' | 'kill worker' };

export const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 60,
    arbitrary: fc.record({
      do: fc.constant('report' as const),
      on: fc.constantFrom('open', 'open', 'open', 'earlier', 'earlier', 'unknown'),
      back: fc.nat(3),
      content: fc.nat(1),
      via: fc.constantFrom('update', 'update', 'signal'),
    }),
  },
  {
    weight: 10,
    arbitrary: fc.record({
      do: fc.constant('decide' as const),
      action: fc.constantFrom('retry', 'extend', 'retry', 'fail'),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('mode' as const), mode: fc.constantFrom('manual', 'agentic') }),
  },
  { weight: 2, arbitrary: fc.constant({ do: 'cancel' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'kill worker' as const }) },
);

/** What the contract lets a sender expect. */
export type Expected =
  | { readonly kind: 'first' | 'duplicate' | 'taken' }
  /** With the content that was accepted before it. */
  | { readonly kind: 'conflict'; readonly accepted: number }
  | { readonly kind: 'refused'; readonly code: string };

interface Offered {
  readonly id: string;
  accepted: number | null;
}

export const TRIES = 3;
const EXTENDED_BY = 2;
export const decisionOf = (action: 'retry' | 'fail' | 'extend'): Decision => {
  const by = { userId: 'ops', reason: 'an order of a test' };
  return action === 'extend' ? { action, bound: 'initialize', by: EXTENDED_BY, ...by } : { action, ...by };
};

/** A manual session that waits for decisions, on which only failures are reported: the contract in a few lines. */
export class ContractModel {
  readonly commands: Offered[] = [];
  status: 'active' | 'deciding' | 'failed' | 'cancelled' = 'active';
  refusedSignals = 0;
  private taken = 0;
  private tries = TRIES;

  isClosed(): boolean {
    return this.status === 'failed' || this.status === 'cancelled';
  }

  /** The session hands out its next command. */
  offer(id: string): void {
    this.commands.push({ id, accepted: null });
  }

  reportOf({ on, back, content }: Act & { do: 'report' }): Report {
    const newest = this.commands.length - 1;
    const index = on === 'open' ? newest : Math.max(0, newest - 1 - back);
    const id = on === 'unknown' ? 'nobody' : this.commands[index]!.id;
    return failingReport(id, `${id} ${content}`);
  }

  report({ commandId }: Report, { content, via }: Act & { do: 'report' }): Expected {
    if (this.isClosed()) return CLOSED;
    const expected = this.sorted(commandId, content);
    if (via === 'update') return expected;
    if (expected.kind === 'conflict' || expected.kind === 'refused') this.refusedSignals += 1;
    return { kind: 'taken' };
  }

  private sorted(commandId: string, content: number): Expected {
    const command = this.commands.find(({ id }) => id === commandId);
    if (command === undefined) return { kind: 'refused', code: 'unknown_interaction' };
    if (command.accepted === content) return { kind: 'duplicate' };
    if (command.accepted !== null) return { kind: 'conflict', accepted: command.accepted };
    command.accepted = content;
    this.goBack();
    return { kind: 'first' };
  }

  decide(action: 'retry' | 'fail' | 'extend'): Expected {
    if (this.isClosed()) return CLOSED;
    if (this.status !== 'deciding') return { kind: 'refused', code: 'nothing_to_decide' };
    this.status = action === 'fail' ? 'failed' : 'active';
    if (action === 'extend') {
      this.tries += EXTENDED_BY;
      this.goBack();
    }
    return { kind: 'taken' };
  }

  setMode(mode: 'manual' | 'agentic'): Expected {
    if (this.isClosed()) return CLOSED;
    // There is no executor.
    return mode === 'manual' ? { kind: 'taken' } : { kind: 'refused', code: 'invalid_decision' };
  }

  cancel(): Expected {
    if (this.isClosed()) return CLOSED;
    this.status = 'cancelled';
    return { kind: 'taken' };
  }

  private goBack(): void {
    if (this.taken >= this.tries - 1) this.status = 'deciding';
    else this.taken += 1;
  }
}

const CLOSED: Expected = { kind: 'refused', code: 'session_closed' };
