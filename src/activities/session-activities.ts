import { Context } from '@temporalio/activity';
import {
  generateType,
  validateType,
  type Echoed,
  type GenerateCommand,
  type Generated,
  type SessionActivities,
  type ValidateResult,
} from '../contract/activities.js';
import type { Command } from '../domain/command.js';
import { offeredTo } from '../domain/offer.js';
import type { ExecutionMode } from '../domain/session.js';
import type { IntakeStore } from '../ports/intake-store.js';
import type { AskingRun, ProgressStore } from '../ports/progress-store.js';
import { STEPS } from '../steps/catalog.js';
import type { Step } from '../steps/step.js';
import { forHistory, forParent } from './for-history.js';

export interface SessionDeps {
  readonly progress: ProgressStore;
  readonly intake: Pick<IntakeStore, 'keepRejected'>;
  /** The Temporal namespace and Task Queue these activities serve; kept with every session that begins here. */
  readonly home?: string;
}

type PerStep = Record<`generateCommand.${string}`, GenerateCommand> &
  Record<`validateResult.${string}`, ValidateResult>;

/** Everything on the session Task Queue: gather, one pure step, write; each one Postgres transaction. */
export function createSessionActivities(deps: SessionDeps): SessionActivities & PerStep {
  const perStep: PerStep = {};
  for (const [name, step] of Object.entries(STEPS)) {
    perStep[generateType(name)] = generateCommand(deps, step);
    perStep[validateType(name)] = validateResult(deps, step);
  }
  return { ...perStep, ...bookkeeping(deps) };
}

function generateCommand({ progress, home }: SessionDeps, step: Step): GenerateCommand {
  return async (input) => {
    const run = { ...runOf(input.sessionId), ...(home === undefined ? {} : { home }) };
    const opened = await progress.openInteraction({ ...input, ...run }, (facts) => step.buildCommand(facts));
    switch (opened.kind) {
      case 'opened':
        return {
          ...offer(opened.command, input.mode, opened.executorQueue),
          ...(input.seq === 1 && Object.keys(opened.bounds).length > 0 ? { bounds: opened.bounds } : {}),
        };
      case 'unbuildable':
        return { ok: false, failure: opened.failure };
      case 'refused':
        return { ok: false, failure: opened.failure, fatal: true };
    }
  };
}

function validateResult({ progress }: SessionDeps, step: Step): ValidateResult {
  return async (input) => ({
    ...(await progress.completeInteraction(input, (judged) => step.judgeResult(judged))),
    ...echo(input),
  });
}

function bookkeeping({ progress, intake }: SessionDeps): SessionActivities {
  return {
    async loadCommand(key) {
      const loaded = await progress.loadCommand(key.scope, key.sessionId, key.commandId);
      if (loaded) return offer(loaded.command, key.mode, loaded.executorQueue);
      return { ok: false, failure: { kind: 'internal', message: `command ${key.commandId} is not in the read model` } };
    },
    planChildren: (input) => progress.planChildren(input),
    async recordChild({ scope, sessionId, child, ...input }) {
      await progress.recordChild(scope, sessionId, child);
      return echo(input);
    },
    recordDecision: (input) => progress.recordDecision(input),
    keepRejected: ({ scope, sessionId, rejected }) => intake.keepRejected(scope, sessionId, rejected),
    recordWaiver: (input) => progress.recordWaiver(input),
    childOutcome: ({ scope, sessionId }) => progress.childOutcome(scope, sessionId),
    noteWaiting: (input) => progress.noteWaiting(input),
    closeSession: async (input) => progress.closeSession({ ...input, ...runOf(input.sessionId) }),
  };
}

const echo = ({ isHistoryFull }: Echoed): Echoed => (isHistoryFull === undefined ? {} : { isHistoryFull });

/** The run that called, when it is the session's own; a parent closes a child that could not do so itself. */
function runOf(sessionId: string): AskingRun {
  const { workflowExecution } = Context.current().info;
  return workflowExecution?.workflowId === sessionId ? { runId: workflowExecution.runId } : {};
}

function offer(command: Command, mode: ExecutionMode, executorQueue: string | null): Generated {
  const to = offeredTo(command.kind, mode, executorQueue);
  if (to === 'children' && mode !== 'manual') return { ok: true, for: to, command: forParent(command) };
  if (to !== 'executor') return { ok: true, for: to, command: forHistory(command) };
  return { ok: true, for: to, kind: command.kind, title: command.title, timeoutMs: command.timeoutMs };
}
