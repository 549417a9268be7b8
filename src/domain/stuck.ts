import type { WaitingOn } from './session.js';

/** An active session as the doctor looks at it. Times in milliseconds. */
export interface Patient {
  readonly sessionId: string;
  readonly waitingOn: WaitingOn | null;
  readonly waitingSince: number | null;
  /** For `quota`: when it goes on, as the row tells it. */
  readonly waitingReason: string | null;
  readonly executorQueue: string | null;
  /** Workers that poll its executor queue; null when it has none. */
  readonly executors: number | null;
  readonly pending: PendingWork | null;
  /** How its row differs from Temporal, one clause each. */
  readonly differences: readonly string[];
}

/** What Temporal is still trying for a workflow. */
export interface PendingWork {
  /** Times the current workflow task was tried; 0 when there is none. */
  readonly taskAttempt: number;
  readonly taskFailure: string | null;
  readonly activities: readonly {
    readonly type: string;
    readonly attempt: number;
    readonly lastFailure: string | null;
  }[];
}

export const STUCK_CAUSES = [
  'differs_from_temporal',
  'workflow_task_failing',
  'activity_retrying',
  'no_executor',
  'quota_far_away',
  'decision_needed',
  'client_silent',
] as const;
export type StuckCause = (typeof STUCK_CAUSES)[number];

export interface Stuck {
  readonly sessionId: string;
  readonly cause: StuckCause;
  readonly detail: string;
  readonly next: string;
}

export interface Patience {
  /** How long a client may take before it is worth a word. */
  readonly clientMs: number;
  readonly quotaMs: number;
}

export const PATIENCE: Patience = { clientMs: 24 * 60 * 60_000, quotaMs: 60 * 60_000 };

/** A task or activity that fails once or twice is what retries are for. */
const TRIED_OFTEN = 3;

/** Every reason why a session does not go on by itself, or will not for long; empty for one that is on its way. */
export function stuckBy(patient: Patient, now: number, patience: Patience = PATIENCE): readonly Stuck[] {
  const found = [
    ofDifferences(patient),
    ofTask(patient),
    ofActivities(patient),
    ofWaiting(patient, now, patience),
  ].filter((stuck) => stuck !== null);
  return found.map((stuck) => ({ sessionId: patient.sessionId, ...stuck }));
}

type Found = Omit<Stuck, 'sessionId'> | null;

function ofDifferences({ differences, sessionId }: Patient): Found {
  if (differences.length === 0) return null;
  return {
    cause: 'differs_from_temporal',
    detail: differences.join('; '),
    next: `a session worker puts this right within 30 s; is one running? \`specwright mirror verify --session ${sessionId}\` names what stays`,
  };
}

function ofTask({ pending }: Patient): Found {
  if (pending === null || pending.taskAttempt < TRIED_OFTEN) return null;
  return {
    cause: 'workflow_task_failing',
    detail: `the workflow task was tried ${pending.taskAttempt} times: ${pending.taskFailure ?? 'no reason is recorded'}`,
    next: 'nothing is lost: run workers of the release that started it (non-determinism), or of one that mends the bug; it goes on by itself',
  };
}

function ofActivities({ pending }: Patient): Found {
  const worst = pending?.activities.find(({ attempt }) => attempt >= TRIED_OFTEN);
  if (worst === undefined) return null;
  return {
    cause: 'activity_retrying',
    detail: `${worst.type} was tried ${worst.attempt} times: ${worst.lastFailure ?? 'no reason is recorded'}`,
    next: 'bring back what it names, usually Postgres (DATABASE_RW_URL of the session workers); it is retried until then',
  };
}

function ofWaiting(patient: Patient, now: number, patience: Patience): Found {
  const { sessionId, waitingOn, waitingSince, waitingReason } = patient;
  const since = waitingSince === null ? 'a time nobody knows' : new Date(waitingSince).toISOString();
  switch (waitingOn) {
    case 'executor':
      return ofExecutor(patient, since);
    case 'decision':
      return {
        cause: 'decision_needed',
        detail: `it waits for a decision since ${since}`,
        next: `\`specwright show ${sessionId}\` tells why; then \`specwright decide ${sessionId} retry|waive|fail -r <reason>\``,
      };
    case 'client':
      if (waitingSince === null || now - waitingSince < patience.clientMs) return null;
      return {
        cause: 'client_silent',
        detail: `its command is open since ${since} and nobody reported`,
        next: `\`specwright next ${sessionId}\` shows the command; report it, or \`specwright cancel ${sessionId}\``,
      };
    case 'quota': {
      const until = quotaUntil(waitingReason);
      if (until !== null && until - now < patience.quotaMs) return null;
      return {
        cause: 'quota_far_away',
        detail: waitingReason ?? `it waits for a quota since ${since}`,
        next: 'it goes on by itself then; sooner only when it is cancelled and started with another agent or account',
      };
    }
    case 'children':
    case 'slot':
    case 'system':
    case null:
      return null;
  }
}

function ofExecutor({ executorQueue, executors }: Patient, since: string): Found {
  if (executors === null || executors > 0) return null;
  return {
    cause: 'no_executor',
    detail: `it waits for an executor since ${since}, and none polls ${executorQueue ?? ''}`,
    next: `on the host with its workspaces: \`SPECWRIGHT_EXECUTOR_QUEUE=${executorQueue ?? ''} specwright worker --role executor\``,
  };
}

function quotaUntil(reason: string | null): number | null {
  const time = Date.parse(/\d{4}-\d\d-\d\dT[\d:.]+Z/.exec(reason ?? '')?.[0] ?? '');
  return Number.isNaN(time) ? null : time;
}
