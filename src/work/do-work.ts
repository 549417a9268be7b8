import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { RefusedError, type Sessions, type SessionSummary } from '../api/sessions.js';
import type { Command } from '../domain/command.js';
import type { Result } from '../domain/result.js';
import type { Scope } from '../domain/scope.js';
import { createRunningGroups } from '../runner/leftover-processes.js';
import type { Bench } from './bench.js';
import { carryOut } from './carry-out.js';
import { openCheckout, type Checkout } from './checkout.js';
import { createDesk, type Desk } from './desk.js';
import { findWork, nameOf, type Field, type Found, type Search } from './find-work.js';
import { LeaseLost, type Holding } from './hold-lease.js';
import { isSameRemote } from './same-remote.js';
import { standAt } from './stand-at.js';
import { submitReport, type SubmitWork } from './submit-report.js';
import { openWorkFolder, type WorkFolder } from './work-folder.js';
import { WorkStopped } from './work-stopped.js';

export interface WorkRequest {
  readonly field: Field;
  /** A folder of the checkout. */
  readonly dir: string;
  /** What the worker calls itself; null: as the last one in this checkout, or `defaultOwner` with the checkout's path. */
  readonly owner: string | null;
  readonly defaultOwner: (root: string) => string;
  readonly leaseMs: number;
  /** The checkout's `origin` need not be the project's remote. */
  readonly anyRemote: boolean;
}

export interface WorkDeps extends Omit<Bench, 'checkout' | 'groups' | 'folder'> {
  readonly sessions: Sessions;
  readonly scope: Scope;
  /** Ctrl-C: what runs is ended and the command is given back. */
  readonly signal: AbortSignal;
  say(line: string): void;
}

export interface DoneCommand {
  readonly sessionId: string;
  readonly commandId: string;
  readonly step: string;
  /** What judging made of it; `refused` when it came too late, `handed over` when nobody was there to judge. */
  readonly outcome: string;
}

export interface WorkEnd {
  readonly owner: string;
  readonly done: readonly DoneCommand[];
  /** Why it ended. */
  readonly end: 'nothing left' | 'interrupted';
  readonly why: string;
}

interface Work extends SubmitWork, Search {
  readonly deps: WorkDeps;
  readonly bench: Bench;
  readonly desk: Desk;
  readonly anyRemote: boolean;
  readonly handedOver: Set<string>;
  readonly done: DoneCommand[];
}

const LOOK_AGAIN_MS = 500;
const AGAIN_MS = 2_000;
const PATIENCE_MS = 10 * 60_000;

/** Takes open commands and carries them out in the checkout until there is nothing for a client. */
export async function doWork(deps: WorkDeps, request: WorkRequest): Promise<WorkEnd> {
  // Not the signal of Ctrl-C: what is in the checkout is put in order after it, too.
  const checkout = await openCheckout(request.dir, deps.gitEnv, new AbortController().signal);
  const folder = await openWorkFolder(checkout.root);
  try {
    const work = await begin(deps, request, checkout, folder);
    const ended = await loop(work);
    return { owner: work.owner, done: work.done, ...ended };
  } finally {
    await folder.close();
  }
}

async function begin(deps: WorkDeps, request: WorkRequest, checkout: Checkout, folder: WorkFolder): Promise<Work> {
  const owner = request.owner ?? folder.state().owner ?? request.defaultOwner(checkout.root);
  await folder.save({ owner });
  const groups = createRunningGroups(join(folder.path, 'running'));
  const desk = createDesk(checkout, folder, deps.say);
  const { current } = folder.state();
  if (current !== null) await groups.endLeftovers(current.sessionId);
  await desk.check();
  const { sessions, scope, signal, say } = deps;
  const bench: Bench = { ...deps, checkout, groups, folder: folder.path };
  const handedOver = new Set<string>();
  return {
    ...{ sessions, scope, signal, say, deps, owner, folder, checkout, desk, bench, handedOver },
    ttlMs: request.leaseMs,
    field: request.field,
    anyRemote: request.anyRemote,
    done: [],
    current: () => folder.state().current?.sessionId ?? null,
  };
}

async function loop(work: Work): Promise<Pick<WorkEnd, 'end' | 'why'>> {
  let said = '';
  for (;;) {
    if (work.signal.aborted) return { end: 'interrupted', why: 'stopped' };
    const found = await whileAway(work, () => findWork(work));
    if (found.kind === 'nothing') {
      await tidy(work);
      return { end: 'nothing left', why: found.why };
    }
    if (found.kind === 'command') {
      said = '';
      await workOn(work, found);
      continue;
    }
    if (found.why !== said && found.why !== '') work.say(found.why);
    said = found.why;
    await sleep(LOOK_AGAIN_MS, undefined, { signal: work.signal }).catch(() => undefined);
  }
}

/** What is away comes back: Temporal, Postgres, a worker. Only a refusal is an answer. */
async function whileAway<T>({ signal, say }: Work, look: () => Promise<T>): Promise<T> {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await look();
    } catch (error) {
      if (error instanceof RefusedError || signal.aborted || Date.now() > end) throw error;
      say(`no answer, trying again: ${error instanceof Error ? error.message : String(error)}`);
    }
    await sleep(AGAIN_MS, undefined, { signal }).catch(() => undefined);
  }
}

async function workOn(work: Work, { session, command, holding }: Extract<Found, { kind: 'command' }>): Promise<void> {
  const { say, folder } = work;
  const progress = (line: string): void => say(`${nameOf(session)} · ${command.step}: ${line}`);
  try {
    const result = await resultOf(work, session, command, holding, progress);
    const { id: commandId, sessionId, step } = command;
    const submitted = await submitReport(work, { sessionId, commandId }, result, holding);
    await folder.save({ report: null });
    if (submitted.kind === 'accepted' && submitted.isDurableOnly) work.handedOver.add(commandId);
    const outcome = submitted.kind === 'refused' ? 'refused' : await outcomeOf(work, command);
    progress(submitted.kind === 'refused' ? `not accepted: ${submitted.why}` : outcome);
    work.done.push({ sessionId, commandId, step, outcome: outcome.split(' · ')[0]! });
    holding.stop();
  } catch (error) {
    await holding.release();
    if (work.signal.aborted) return progress('given back; run again to go on with it');
    if (!(error instanceof LeaseLost)) throw error;
    progress(`${error.message}; what was done here is not reported`);
  }
}

/** The report of a worker that was killed before it had an answer, or the work itself. */
async function resultOf(
  work: Work,
  session: SessionSummary,
  command: Command,
  holding: Holding,
  progress: (line: string) => void,
): Promise<Result> {
  const { report } = work.folder.state();
  if (report?.commandId === command.id) {
    progress('reported again, as it was left');
    return report.result;
  }
  await checkRemote(work, command);
  await work.bench.groups.endLeftovers(command.sessionId);
  const signal = AbortSignal.any([work.signal, holding.lost]);
  const context = {
    sessionId: command.sessionId,
    signal,
    progress,
    output: (name: string) => work.deps.openOutput(command.sessionId, command.id, name),
  };
  progress(command.title);
  const workspace = await standAt(work, session, command, context);
  return carryOut(work.bench, { command, workspace, context });
}

async function checkRemote({ anyRemote, checkout }: Work, { metadata: { remote } }: Command): Promise<void> {
  if (anyRemote) return;
  const outcome = await checkout.git.run(['remote', 'get-url', 'origin']);
  const origin = outcome.exitCode === 0 ? outcome.stdout.toString('utf8').trim() : null;
  if (origin !== null && (await isSameRemote(origin, remote))) return;
  const fix = `give a clone of ${remote} with --dir, or --any-remote if it is one under another name`;
  throw new WorkStopped('usage', `the checkout's origin is ${origin ?? 'missing'}, the session's ${remote}; ${fix}`);
}

async function outcomeOf({ sessions, scope }: Work, { id, sessionId }: Command): Promise<string> {
  const detail = await sessions.show(scope, sessionId);
  const turn = detail.interactions.find(({ commandId }) => commandId === id);
  if (turn === undefined || turn.status === 'pending') return 'handed over';
  return turn.failure === null
    ? turn.status
    : `${turn.status} · ${turn.failure.kind}: ${turn.failure.message.slice(0, 300)}`;
}

/** What a closed session never committed is kept, and out of the person's way. */
async function tidy({ folder, desk, sessions, scope }: Work): Promise<void> {
  const { current } = folder.state();
  if (current === null) return;
  const { status } = await sessions.show(scope, current.sessionId);
  if (status !== 'active') await desk.leave();
}
