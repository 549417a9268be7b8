import type { QueryDefinition, SignalDefinition, UpdateDefinition } from '@temporalio/common';
import type { BoundName } from '../domain/bounds.js';
import type { Command } from '../domain/command.js';
import type { Failure } from '../domain/failures.js';
import type { Report } from '../domain/result.js';
import type {
  ClosedStatus,
  ExecutionMode,
  PullRequest,
  SessionStatus,
  SessionTypeName,
  WaitingOn,
} from '../domain/session.js';

/** What a client can do next. A command for the executor is only seen as what is waited on. */
export type Next =
  | { readonly kind: 'command'; readonly command: Command }
  | { readonly kind: 'wait'; readonly on: WaitingOn; readonly since: string; readonly cursor: number }
  | { readonly kind: 'done'; readonly status: ClosedStatus };

export interface ReportAnswer {
  readonly accepted: true;
  readonly duplicate: boolean;
  readonly next: Next;
}

export const REFUSAL_CODES = [
  'invalid_report',
  'unknown_interaction',
  'result_conflict',
  'stale_lease',
  'children_running',
  'not_yours',
  'session_closed',
  'invalid_decision',
  'nothing_to_decide',
] as const;
export type RefusalCode = (typeof REFUSAL_CODES)[number];

/** Why a message was not accepted; details of the `ApplicationFailure` of type `Refused`. */
export interface Refusal {
  readonly code: RefusalCode;
  readonly message: string;
  readonly field?: string;
  readonly fix: string;
  /** For `result_conflict`: digest and time of the accepted result. For `session_closed`: the outcome. */
  readonly digest?: string;
  readonly at?: string;
  readonly status?: ClosedStatus;
  readonly children?: readonly string[];
}

export type Decision =
  | { readonly action: 'retry' | 'fail'; readonly userId: string; readonly reason: string }
  /** Raises a bound of this session by so much, and takes the way back. */
  | {
      readonly action: 'extend';
      readonly bound: BoundName;
      readonly by: number;
      readonly userId: string;
      readonly reason: string;
    }
  /** Goes on without a component whose child did not succeed; shown in the pull request. */
  | { readonly action: 'waive'; readonly component: string; readonly userId: string; readonly reason: string };

export interface ChildView {
  readonly component: string;
  readonly sessionId: string;
  readonly attempt: number;
  readonly status: string;
  readonly fixRounds: number;
  readonly merged: boolean;
  readonly failure: Failure | null;
}

export interface SessionView {
  readonly sessionId: string;
  readonly sessionType: SessionTypeName;
  readonly status: SessionStatus;
  readonly step: string | null;
  readonly seq: number;
  readonly mode: ExecutionMode;
  readonly waitingOn: WaitingOn | null;
  readonly waitingSince: string;
  /** Of the command that is open, whoever it is for. */
  readonly openCommandId: string | null;
  /** Times each way back was taken, by `step:bound`. */
  readonly counts: Readonly<Record<string, number>>;
  readonly children: readonly ChildView[];
  readonly lastFailure: Failure | null;
  readonly refused: { readonly count: number; readonly last: readonly Refusal[] };
  readonly branch: string | null;
  readonly commit: string | null;
}

/** What the workflow returns when it completes. */
export interface SessionOutcome {
  readonly sessionId: string;
  readonly status: ClosedStatus;
  readonly branch: string | null;
  readonly commit: string | null;
  readonly remoteSha: string | null;
  readonly pullRequest?: PullRequest;
  readonly children: readonly {
    component: string;
    sessionId: string;
    status: string;
    attempts: number;
    fixRounds: number;
  }[];
  readonly interactions: number;
  readonly fixRounds: number;
}

// The sandbox's `defineUpdate` and its like only make these values; written out, clients share them without its package.
const update = <Ret, Args extends unknown[]>(name: string) => ({ type: 'update', name }) as UpdateDefinition<Ret, Args>;
const signal = <Args extends unknown[]>(name: string) => ({ type: 'signal', name }) as SignalDefinition<Args>;
const query = <Ret>(name: string) => ({ type: 'query', name }) as QueryDefinition<Ret>;

export const submitResult = update<ReportAnswer, [Report]>('submitResult');
export const reportResult = signal<[Report]>('reportResult');
export const nextCommand = query<Next>('nextCommand');
export const sessionState = query<SessionView>('sessionState');
export const decide = update<{ accepted: true }, [Decision]>('decide');
export const setExecutionMode = update<{ mode: ExecutionMode }, [{ mode: ExecutionMode }]>('setExecutionMode');
/** Waits until the session is at rest for the first time; with Update-with-Start it answers a start with the first command. */
export const awaitRest = update<Next, []>('awaitRest');
/** Sent by `client.ts` before Temporal's own Cancel, so that the reason is in the history. */
export const cancelReason = signal<[{ userId: string; reason: string }]>('cancelReason');
