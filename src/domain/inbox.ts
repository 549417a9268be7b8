import { resultDigest } from './digest.js';
import { checkReport } from './report-guard.js';
import type { Report, Result } from './result.js';
import type { ClosedStatus, ExecutionMode } from './session.js';

/** An answered command: what a later report about it is compared with. */
export interface AnsweredCommand {
  readonly commandId: string;
  readonly digest: string;
  /** ISO 8601, workflow time. */
  readonly at: string;
}

/** Who may report on the open command. */
export interface OpenCommand {
  readonly commandId: string;
  readonly seq: number;
  readonly step: string;
  readonly for: 'client' | 'executor' | 'children';
  readonly mode: ExecutionMode;
}

/** What the inbox needs to know of a session. */
export interface InboxState {
  readonly closed: ClosedStatus | null;
  readonly open: OpenCommand | null;
  /** Accepted and being judged. */
  readonly judging: AnsweredCommand | null;
  readonly answered: readonly AnsweredCommand[];
  readonly runningChildren: readonly string[];
}

export type InboxCode =
  'invalid_report' | 'unknown_interaction' | 'result_conflict' | 'children_running' | 'not_yours' | 'session_closed';

export interface InboxRefusal {
  readonly code: InboxCode;
  readonly message: string;
  readonly fix: string;
  readonly field?: string;
  readonly digest?: string;
  readonly at?: string;
  readonly status?: ClosedStatus;
  readonly children?: readonly string[];
}

export type Sorted =
  | { readonly kind: 'accept'; readonly report: Report; readonly digest: string }
  /** The same report again, while it is judged (`pending`) or after it was answered. */
  | { readonly kind: 'duplicate'; readonly commandId: string; readonly pending: boolean }
  | { readonly kind: 'refuse'; readonly refusal: InboxRefusal; readonly rejected?: Rejected };

/** A sound result that came too late: a second one for its command, or one for a closed session. It is kept. */
export interface Rejected {
  /** `conflict`: another result was accepted for the command. `late`: the session was closed. */
  readonly why: 'conflict' | 'late';
  readonly commandId: string;
  readonly digest: string;
  /** Of the accepted result; null for a late one. */
  readonly acceptedDigest: string | null;
  readonly result: Result;
}

/** Decides what a report is, by the state alone: exactly one result is accepted per command. */
export function sortReport(state: InboxState, value: unknown): Sorted {
  const checked = checkReport(value);
  if (!checked.ok) return refuse({ code: 'invalid_report', ...checked.misfit });
  const { report } = checked;
  const digest = resultDigest(report.result);
  const earlier = [...(state.judging ? [state.judging] : []), ...state.answered].find(
    (answered) => answered.commandId === report.commandId,
  );
  if (earlier) return compare(state, earlier, report, digest);
  if (state.closed !== null) {
    const message = `the session is ${state.closed}`;
    return refuse(
      { code: 'session_closed', message, fix: 'nothing is left to report', status: state.closed },
      rejected('late', report, digest, null),
    );
  }
  if (state.open?.commandId !== report.commandId) {
    const fix = 'ask nextCommand and report with the id of that command';
    return refuse({
      code: 'unknown_interaction',
      message: 'no open command has this id',
      fix,
      field: 'report.commandId',
    });
  }
  return acceptOpen(state, state.open, report, digest);
}

function acceptOpen(state: InboxState, open: OpenCommand, report: Report, digest: string): Sorted {
  if (open.for === 'children') {
    const fix = 'wait until the children are closed; the parent collects their ends itself';
    const children = state.runningChildren;
    const message = 'the children are running, or are being merged and checked';
    return refuse({ code: 'children_running', message, fix, children });
  }
  if (open.for === 'executor') {
    const fix = 'wait for the executor, or set the execution mode to manual for the next command';
    return refuse({ code: 'not_yours', message: 'this command is carried out by the executor', fix });
  }
  return { kind: 'accept', report, digest };
}

function compare(state: InboxState, earlier: AnsweredCommand, report: Report, digest: string): Sorted {
  if (earlier.digest === digest || earlier.digest === CHILDREN_DIGEST) {
    return { kind: 'duplicate', commandId: earlier.commandId, pending: state.judging === earlier };
  }
  return refuse(
    {
      code: 'result_conflict',
      message: 'another result was accepted for this command',
      fix: 'ask nextCommand for what is to be done now',
      digest: earlier.digest,
      at: earlier.at,
    },
    rejected('conflict', report, digest, earlier.digest),
  );
}

/** Stands for the digest of a spawn command that the parent completed itself: a report on it gets the stored answer, whatever it says. */
export const CHILDREN_DIGEST = 'children';

function rejected(
  why: Rejected['why'],
  { commandId, result }: Report,
  digest: string,
  acceptedDigest: string | null,
): Rejected {
  return { why, commandId, digest, acceptedDigest, result };
}

function refuse(refusal: InboxRefusal, rejected?: Rejected): Sorted {
  return { kind: 'refuse', refusal, ...(rejected ? { rejected } : {}) };
}
