import { randomUUID } from 'node:crypto';
import { WithStartWorkflowOperation } from '@temporalio/client';
import type { Command, Next, Report, ReportAnswer, StartInput } from '../src/client.js';
import type { BenchStack } from './bench-stack.js';
import { BARE_SESSION, FIRST_TURN, REPORT, type BareReport, type BareTurn } from './bare-contract.js';
import { SMALL_COMPONENT, SMALL_CONTEXT } from './model.js';
import { testsFailed, wellDone } from './results.js';
import type { Role } from './worker-messages.js';

/** One open session with a client: each `report` ends with the next command in hand. */
export interface Reporter {
  readonly sessionId: string;
  report(): Promise<void>;
}

/** specwright, or the bare workflow it is compared with. */
export interface Side {
  readonly taskQueue: string;
  readonly roles: readonly Role[];
  /** Starts a session; done when its first command is open. */
  start(): Promise<Reporter>;
}

/** Every bound as high as it goes, so that one session takes 200 reports. */
const BOUNDS = { initialize: 100, agent: 100, recheck: 100, rounds: 100, finalize: 100 };

/** Another way than `client.ts` in one call: each gives back what comes next. */
interface Ways {
  readonly begin?: (sessionId: string, input: StartInput) => Promise<Next>;
  readonly send?: (sessionId: string, report: Report) => Promise<Next>;
}

/** componentCoding in manual mode without an executor; reports are judged by the real steps, the mirror is whole. */
export function specwrightSide(stack: BenchStack, taskQueue: string, ways: Ways = {}): Side {
  const client = stack.client(taskQueue);
  const {
    begin = (sessionId, start) => client.startSessionAndWait(sessionId, start),
    send = async (sessionId, report) => (await client.submitResult(sessionId, report)).next,
  } = ways;
  const input: StartInput = {
    scope: stack.scope,
    sessionType: 'componentCoding',
    context: SMALL_CONTEXT,
    component: SMALL_COMPONENT,
    mode: 'manual',
    bounds: BOUNDS,
  };
  return {
    taskQueue,
    roles: ['session'],
    async start() {
      const sessionId = randomUUID();
      let command = commandOf(await begin(sessionId, input));
      let round = 0;
      return {
        sessionId,
        async report() {
          const isTests = command.kind === 'run_tests';
          const result = isTests ? testsFailed(command, (round += 1)) : wellDone(command);
          command = commandOf(await send(sessionId, { commandId: command.id, result }));
        },
      };
    },
  };
}

/** The same sessions, reported on through the HTTP API by a client that keeps its connections. */
export function httpSide(stack: BenchStack, taskQueue: string, url: string, key: string): Side {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  return specwrightSide(stack, taskQueue, {
    async send(sessionId, report) {
      const path = `${url}/v1/sessions/${sessionId}/results`;
      const response = await fetch(path, { method: 'POST', headers, body: JSON.stringify(report) });
      if (response.status !== 200) throw new Error(`${response.status}: ${await response.text()}`);
      return ((await response.json()) as ReportAnswer).next;
    },
  });
}

const LOOK_EVERY_MS = 200;

/** The same sessions, started so that a crowd of them on a busy machine only takes longer: an Update would be given up. */
export function patientSide(stack: BenchStack, taskQueue: string): Side {
  const client = stack.client(taskQueue);
  return specwrightSide(stack, taskQueue, {
    async begin(sessionId, input) {
      await client.startSession(sessionId, input);
      for (const until = Date.now() + CALL_TIMEOUT_MS; Date.now() < until;) {
        const next = await client.nextCommand(sessionId).catch(() => null);
        if (next?.kind === 'command') return next;
        await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
      }
      throw new Error(`session ${sessionId} has no command after ${CALL_TIMEOUT_MS} ms`);
    },
  });
}

function commandOf(next: Next): Command {
  if (next.kind !== 'command') throw new Error(`the session has no command for its client: ${JSON.stringify(next)}`);
  return next.command;
}

const CALL_TIMEOUT_MS = 60_000;
const BARE_RESULT: BareReport = { status: 'ok', note: 'done' };

export function bareSide({ temporal, config }: BenchStack, taskQueue: string): Side {
  const bounded = <T>(send: () => Promise<T>) => temporal.withDeadline(Date.now() + CALL_TIMEOUT_MS, send);
  return {
    taskQueue,
    roles: ['bare'],
    async start() {
      const sessionId = randomUUID();
      const startWorkflowOperation = new WithStartWorkflowOperation(BARE_SESSION, {
        workflowId: sessionId,
        taskQueue,
        workflowTaskTimeout: config.taskTimeoutMs,
        workflowIdConflictPolicy: 'FAIL',
      });
      await bounded(() => temporal.workflow.executeUpdateWithStart(FIRST_TURN, { startWorkflowOperation }));
      const handle = temporal.workflow.getHandle(sessionId);
      return {
        sessionId,
        report: async () => {
          await bounded(() => handle.executeUpdate<BareTurn, [BareReport]>(REPORT, { args: [BARE_RESULT] }));
        },
      };
    },
  };
}
