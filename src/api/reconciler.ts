import { isChildSessionId } from '../domain/children.js';
import { firstLook, nextLook, type LookBack } from '../domain/look-back.js';
import type { Failure } from '../domain/failures.js';
import { isSetBack, reconciling, type Execution, type Reconciling, type Standing } from '../domain/reconcile.js';
import type { Executions, SeenRun, SeenRuns } from '../ports/executions.js';
import type { Mirror, MirrorRow, SessionPlace } from '../ports/mirror.js';

export interface ReconcilerDeps {
  readonly executions: Executions;
  /** Of {@link Executions.home}. */
  readonly home: string;
  readonly mirror: Mirror;
  readonly now: () => number;
  /** What was put right, for the log: ids only. */
  readonly onDone?: (sessionId: string, did: Exclude<Reconciling['kind'], 'leave'>) => void;
  /** One row that could not be put right does not keep the others from it; it is looked at again. */
  readonly onFailed?: (sessionId: string, error: unknown) => void;
}

export interface Reconciler {
  /** One bounded round: what Temporal says has changed since the last one, and the next part of all open sessions. */
  round(): Promise<void>;
}

/** Runs of one kind that a round looks at, and open rows. A round of a quiet stack is two short lists and one query. */
const RUNS = 1_000;
const ROWS = 500;
/** Ids in one question to visibility. */
const IDS = 100;
/** How far back a worker that just started looks; older ends are found among the open rows. */
const FIRST_LOOK_MS = 24 * 60 * 60_000;

/**
 * Puts rows right whose workflow an operator ended or reset past the session's own activities. Any number may run: each looks at
 * Temporal again before it acts, and writes only to the row it has seen.
 */
export function createReconciler(deps: ReconcilerDeps): Reconciler {
  const { executions, home, mirror, now } = deps;
  let ended = firstLook(now(), FIRST_LOOK_MS);
  let began = ended;
  let afterId = '';
  const page = async (look: LookBack, ask: Executions['ended']): Promise<[SeenRuns['runs'], LookBack]> => {
    const { runs, rest } = await ask(look.from, look.to, RUNS);
    return [runs, nextLook(look, rest, now())];
  };
  return {
    async round() {
      const [endedRuns, endedNext] = await page(ended, (...range) => executions.ended(...range));
      const [begunRuns, begunNext] = await page(began, (...range) => executions.began(...range));
      await lookAtRuns(deps, [...endedRuns, ...begunRuns]);
      // Only now: a round that failed looks at the same again.
      [ended, began] = [endedNext, begunNext];
      const places = await mirror.openPlaces(home, afterId, ROWS);
      await lookAtOpen(deps, places);
      afterId = places.length < ROWS ? '' : places.at(-1)!.sessionId;
    },
  };
}

/** Of open sessions, those that do not run are looked at closer, and children, which may have lost their parent. */
async function lookAtOpen(deps: ReconcilerDeps, places: readonly SessionPlace[]): Promise<void> {
  const { executions, mirror, now } = deps;
  const running = new Map<string, Execution>();
  for (let at = 0; at < places.length; at += IDS) {
    const ids = places.slice(at, at + IDS).map(({ sessionId }) => sessionId);
    for (const [id, execution] of await executions.running(ids)) running.set(id, execution);
  }
  const suspects = places.filter(({ sessionId }) => !running.has(sessionId) || isChildSessionId(sessionId));
  for (const row of await mirror.rows(suspects, deps.home)) {
    const action = reconciling(row, running.get(row.sessionId) ?? null, now());
    if (!running.has(row.sessionId) || action.kind === 'cancel') await putRight(deps, row);
  }
}

/** Reads the rows of these sessions at once and looks closer at those that do not fit. */
async function lookAtRuns(deps: ReconcilerDeps, runs: readonly SeenRun[]): Promise<void> {
  const { mirror, now } = deps;
  const seen = new Map<string, Execution[]>();
  for (const { sessionId, execution } of runs) seen.set(sessionId, [...(seen.get(sessionId) ?? []), execution]);
  const rows = await mirror.rows(await mirror.places([...seen.keys()]), deps.home);
  for (const row of rows) {
    const fits = seen.get(row.sessionId)!.every((run) => reconciling(row, run, now()).kind === 'leave');
    if (!fits) await putRight(deps, row);
  }
}

async function putRight(deps: ReconcilerDeps, row: MirrorRow): Promise<void> {
  await act(deps, row).catch((error: unknown) => deps.onFailed?.(row.sessionId, error));
}

async function act(deps: ReconcilerDeps, row: MirrorRow): Promise<void> {
  const { executions, mirror, now, onDone } = deps;
  const execution = await executions.newest(row.sessionId);
  const action = reconciling(row, execution, now());
  switch (action.kind) {
    case 'leave':
      return;
    case 'close':
      await mirror.close(row, {
        status: action.status,
        failure: await failureOf(executions, row.sessionId, execution, action.how),
        runId: execution?.runId ?? null,
      });
      break;
    case 'cancel':
      await executions.requestCancel(row.sessionId, 'its parent session has ended');
      break;
    case 'reopen':
      await mirror.follow(row, await standingOf(executions, row.sessionId));
      break;
    case 'compare': {
      const standing = await standingOf(executions, row.sessionId);
      if (standing === null || !isSetBack(row, execution!, standing)) return;
      await mirror.follow(row, standing);
    }
  }
  onDone?.(row.sessionId, action.kind);
}

async function failureOf(
  executions: Executions,
  sessionId: string,
  execution: Execution | null,
  how: (Reconciling & { kind: 'close' })['how'],
): Promise<Failure | null> {
  if (how === 'never_begun') return { kind: 'cancelled', message: 'its parent ended before it began' };
  if (how === 'deleted' || execution === null)
    return { kind: 'cancelled', message: 'an operator deleted its workflow' };
  return executions.whyEnded(sessionId, execution.runId, how);
}

/** Null while the workflow is on its way: then where it stands is written by its own activities next. */
async function standingOf(executions: Executions, sessionId: string): Promise<Standing | null> {
  const view = await executions.view(sessionId);
  if (view === null || view.waitingOn === 'system') return null;
  const { seq, step, waitingOn, waitingSince, openCommandId } = view;
  return { seq, step, waitingOn, waitingSince, openCommandId };
}
