import {
  isGrpcServiceError,
  ServiceError,
  type Client,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WithStartWorkflowOperation,
  type WorkflowHandle,
} from '@temporalio/client';
import { ApplicationFailure, type UpdateDefinition } from '@temporalio/common';
import { REFUSED } from './contract/failure-types.js';
import * as messages from './contract/messages.js';
import type { Decision, Next, Refusal, ReportAnswer, SessionOutcome, SessionView } from './contract/messages.js';
import { SwAccount, SwComponent, SwProject, SwSessionType, SwWaitingOn } from './contract/search-attributes.js';
import type { StartInput } from './contract/start-input.js';
import { DEFAULT_TASK_QUEUE } from './contract/task-queues.js';
import type { Misfit } from './domain/guard.js';
import type { Json } from './domain/json.js';
import type { Report } from './domain/result.js';
import type { ClosedStatus, ExecutionMode, SessionStatus } from './domain/session.js';
import { startMisfit } from './domain/start-guard.js';

export type { Command } from './domain/command.js';
export type { Result, Report } from './domain/result.js';
export type { Scope } from './domain/scope.js';
export type { Decision, Next, Refusal, ReportAnswer, SessionOutcome, SessionView, StartInput };

/** Refusals that no workflow gives: of starts, of ids, and of the API's own resources. */
export const OTHER_REFUSALS = [
  'session_not_found',
  'invalid_input',
  'not_found',
  'forbidden',
  'lease_held',
  'command_gone',
  'upload_gap',
  'upload_mismatch',
  'key_reused',
  'conflict',
  'webhooks_off',
] as const;
export type OtherRefusal = {
  readonly code: (typeof OTHER_REFUSALS)[number];
  readonly message: string;
  readonly fix: string;
  readonly field?: string;
  /** What the caller needs to go on: the lease that is held, say. */
  readonly detail?: Json;
};

/** A message specwright did not accept: `refusal.code` is stable, `refusal.fix` says what to do. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
  constructor(readonly refusal: Refusal | OtherRefusal) {
    super(`${refusal.message} (${refusal.code}); ${refusal.fix}`);
  }
}

export interface SpecwrightClientOptions {
  /** A Temporal client on the namespace of the sessions; nothing else is needed. */
  readonly temporal: Client;
  /** Default {@link DEFAULT_TASK_QUEUE}. */
  readonly taskQueue?: string;
  /** How long any call waits for Temporal and a worker, in milliseconds. Default 20,000. */
  readonly timeoutMs?: number;
  /** Default 10,000, Temporal's own. On a single host 2,000 makes a killed worker cost 2 s at most. */
  readonly workflowTaskTimeoutMs?: number;
}

/** Typed facade for backend services. A convenience, not a gate: `docs/messages.md` has the JSON for any client. */
export interface SpecwrightClient {
  /** Starts a session; the id becomes its Workflow Id. Starting the same id again is an error of Temporal's, unless `orFind`. */
  startSession(sessionId: string, input: StartInput, options?: { readonly orFind?: boolean }): Promise<void>;
  /** Whether Temporal answers within the time. */
  isReachable(timeoutMs: number): Promise<boolean>;
  /** Starts a session and waits for its first rest: usually the first command. */
  startSessionAndWait(sessionId: string, input: StartInput): Promise<Next>;
  /** Durable when the call returns, even with no worker up; the answer is seen with `nextCommand`. */
  reportResult(sessionId: string, report: Report): Promise<void>;
  /** Reports and waits for the verdict: what comes next. Safe to repeat: the same report gets the first answer. */
  submitResult(sessionId: string, report: Report): Promise<ReportAnswer>;
  nextCommand(sessionId: string): Promise<Next>;
  sessionState(sessionId: string): Promise<SessionView>;
  decide(sessionId: string, decision: Decision): Promise<void>;
  setExecutionMode(sessionId: string, mode: ExecutionMode): Promise<void>;
  /** Asks for cancellation; children and running commands are ended first. */
  cancel(sessionId: string, by: { userId: string; reason: string }): Promise<void>;
  describe(
    sessionId: string,
  ): Promise<{ status: SessionStatus | 'terminated' | 'timed_out'; runId: string; startedAt: Date }>;
  /** Waits for the end, however long. */
  result(sessionId: string): Promise<SessionOutcome>;
}

export function createSpecwrightClient(options: SpecwrightClientOptions): SpecwrightClient {
  const { temporal, timeoutMs = 20_000 } = options;
  const handle = (sessionId: string) => temporal.workflow.getHandle(sessionId);
  const call = <T>(sessionId: string, send: (workflow: WorkflowHandle) => Promise<T>): Promise<T> =>
    bounded(temporal, timeoutMs, () => send(handle(sessionId))).catch((error: unknown) =>
      refused(temporal, sessionId, error),
    );
  const update = updatesBy(call);
  return {
    async startSession(sessionId, input, { orFind = false } = {}) {
      const start = () => temporal.workflow.start(input.sessionType, startOptions(options, sessionId, input));
      await bounded(temporal, timeoutMs, start).catch((error: unknown) => {
        if (!(orFind && error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      });
    },
    isReachable: (withinMs) => answers(temporal, withinMs),
    async startSessionAndWait(sessionId, input) {
      const start = startOptions(options, sessionId, input);
      const startWorkflowOperation = new WithStartWorkflowOperation(input.sessionType, {
        ...start,
        workflowIdConflictPolicy: 'FAIL',
      });
      return bounded(temporal, timeoutMs, () =>
        temporal.workflow.executeUpdateWithStart(messages.awaitRest, { startWorkflowOperation }),
      );
    },
    reportResult: (sessionId, report) => call(sessionId, (workflow) => workflow.signal(messages.reportResult, report)),
    submitResult: (sessionId, report) => update(sessionId, messages.submitResult, report),
    nextCommand: (sessionId) => call(sessionId, (workflow) => workflow.query(messages.nextCommand)),
    sessionState: (sessionId) => call(sessionId, (workflow) => workflow.query(messages.sessionState)),
    async decide(sessionId, decision) {
      await update(sessionId, messages.decide, decision);
    },
    async setExecutionMode(sessionId, mode) {
      await update(sessionId, messages.setExecutionMode, { mode });
    },
    async cancel(sessionId, by) {
      await call(sessionId, async (workflow) => {
        await workflow.signal(messages.cancelReason, by);
        await workflow.cancel();
      });
    },
    describe: (sessionId) => call(sessionId, (workflow) => describe(workflow)),
    result: (sessionId) => handle(sessionId).result() as Promise<SessionOutcome>,
  };
}

type Call = <T>(sessionId: string, send: (workflow: WorkflowHandle) => Promise<T>) => Promise<T>;

const updatesBy =
  (call: Call) =>
  <Answer, Arg>(sessionId: string, name: UpdateDefinition<Answer, [Arg]>, arg: Arg): Promise<Answer> =>
    call(sessionId, (workflow) => {
      const options = { args: [arg] as [Arg], updateId: crypto.randomUUID() };
      return untilTaken(() => workflow.executeUpdate(name, options));
    });

function answers(temporal: Client, withinMs: number): Promise<boolean> {
  const asked = bounded(temporal, withinMs, () => temporal.workflowService.getSystemInfo({}));
  return asked.then(
    () => true,
    () => false,
  );
}

function bounded<T>(temporal: Client, timeoutMs: number, send: () => Promise<T>): Promise<T> {
  return temporal.withDeadline(Date.now() + timeoutMs, send);
}

/**
 * The server gives an Update up when the workflow task that carries it fails, and says that it does while tasks fail, though
 * one that it has kept may still be carried out. Sent again with the same id it is carried out once; the deadline ends it.
 */
async function untilTaken<T>(send: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await send();
    } catch (error) {
      if (!isGivenUp(error)) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

const GIVEN_UP = /workflow task failure|Workflow Task in failed state/;

function isGivenUp(error: unknown): boolean {
  const cause = error instanceof ServiceError ? error.cause : undefined;
  return isGrpcServiceError(cause) && Number(cause.code) === FAILED_PRECONDITION && GIVEN_UP.test(cause.details);
}

/** gRPC's status code. */
const FAILED_PRECONDITION = 9;

function startOptions(
  { taskQueue = DEFAULT_TASK_QUEUE, workflowTaskTimeoutMs }: SpecwrightClientOptions,
  sessionId: string,
  input: StartInput,
) {
  const misfit = startMisfit(input.sessionType, sessionId, input) ?? inner(input);
  if (misfit) throw new RefusedError({ code: 'invalid_input', ...misfit });
  const { scope, sessionType, context, component } = input;
  const subject = component === undefined ? context : `${context}/${component}`;
  return {
    workflowId: sessionId,
    taskQueue,
    args: [input] as [StartInput],
    ...(workflowTaskTimeoutMs === undefined ? {} : { workflowTaskTimeout: workflowTaskTimeoutMs }),
    staticSummary: `${sessionType} · ${subject}`,
    workflowIdReusePolicy: 'REJECT_DUPLICATE' as const,
    typedSearchAttributes: [
      { key: SwAccount, value: scope.accountId },
      { key: SwProject, value: scope.projectId },
      { key: SwSessionType, value: sessionType },
      { key: SwComponent, value: subject },
      { key: SwWaitingOn, value: 'none' },
    ],
  };
}

function inner({ parent, carried }: StartInput): Misfit | null {
  if (parent === undefined && carried === undefined) return null;
  const field = parent === undefined ? 'carried' : 'parent';
  return { field, message: `${field} is set by workflows only`, fix: 'leave it out' };
}

const STATUSES: Readonly<Record<string, SessionStatus | 'terminated' | 'timed_out'>> = {
  RUNNING: 'active',
  CONTINUED_AS_NEW: 'active',
  COMPLETED: 'complete',
  FAILED: 'failed',
  CANCELLED: 'cancelled',
  TERMINATED: 'terminated',
  TIMED_OUT: 'timed_out',
};

async function describe(workflow: WorkflowHandle) {
  const { status, runId, startTime } = await workflow.describe();
  return { status: STATUSES[status.name] ?? 'active', runId, startedAt: startTime };
}

/** Turns what Temporal throws into a typed refusal where it is one; told apart by describe: closed, or never there. */
async function refused(temporal: Client, sessionId: string, error: unknown): Promise<never> {
  const cause = error instanceof WorkflowUpdateFailedError ? error.cause : undefined;
  if (cause instanceof ApplicationFailure && cause.type === REFUSED)
    throw new RefusedError(cause.details?.[0] as Refusal);
  if (!(error instanceof WorkflowNotFoundError)) throw error;
  const known = await describe(temporal.workflow.getHandle(sessionId)).catch((failed: unknown) => {
    if (failed instanceof WorkflowNotFoundError) return null;
    throw failed;
  });
  if (known === null) {
    const fix = 'check the id; after Temporal forgets a session its rows still tell the outcome';
    throw new RefusedError({ code: 'session_not_found', message: `no session ${sessionId}`, fix });
  }
  const status = ['complete', 'failed', 'cancelled'].includes(known.status)
    ? (known.status as ClosedStatus)
    : 'cancelled';
  throw new RefusedError({
    code: 'session_closed',
    message: `the session is ${known.status}`,
    fix: 'nothing is left to report',
    status,
  });
}
