import { expect } from '@jest/globals';
import { BOUNDS } from '../../src/domain/bounds.js';
import { SESSION_TYPES } from '../../src/domain/session-types/catalog.js';
import type { InteractionRow, SessionDetail } from '../../src/ports/session-reader.js';
import { gitIn } from './example.js';
import type { Rig } from './rig.js';
import { activityEnds, eventsOf, type HistoryEvent } from './workflow-history.js';

/** Lets the remote keep every push in its reflog, for {@link expectConsistent}. */
export function logPushes(rig: Rig): void {
  gitIn(rig.example.remote, 'config', 'core.logAllRefUpdates', 'true');
}

/** `Step status` of every interaction as Postgres has it, with the kind of failure in place of the status. */
export async function turnsOf(rig: Rig, sessionId: string): Promise<readonly string[]> {
  const session = await rig.reader.get(rig.scope, sessionId);
  return session!.interactions.map(({ step, status, failure }) => `${step} ${failure?.kind ?? status}`);
}

/** What Event History says was handed out and how it was judged: local activities and their durable form alike. */
export async function historyTurnsOf(rig: Rig, sessionId: string): Promise<readonly string[]> {
  return handedOut(await eventsOf(rig, sessionId));
}

/** A root session and its children: rows, events, Event History and the bare remote tell one story, once. */
export async function expectConsistent(rig: Rig, rootId: string): Promise<void> {
  const tree = await rig.reader.tree(rig.scope, rootId);
  const sessions = await Promise.all(tree.map(({ sessionId }) => rig.reader.get(rig.scope, sessionId)));
  for (const session of sessions) await expectSession(rig, session!);
  for (const { sessionId, children } of sessions as SessionDetail[]) {
    const attempts = children.map(({ component, attempt }) => `${component} ${attempt}`);
    expect({ sessionId, attempts: new Set(attempts).size }).toEqual({ sessionId, attempts: attempts.length });
    for (const { attempt } of children) expect(attempt).toBeLessThanOrEqual(BOUNDS.childAttempts.default);
  }
  expectDelivery(rig, sessions as SessionDetail[]);
}

async function expectSession(rig: Rig, session: SessionDetail): Promise<void> {
  const { sessionId, status, interactions } = session;
  const handle = rig.temporal.workflow.getHandle(sessionId);
  const { status: temporal } = await handle.describe();
  expect({ sessionId, status: temporal.name }).toEqual({ sessionId, status: TEMPORAL_STATUS[status] });
  expect({ sessionId, turns: await historyTurnsOf(rig, sessionId) }).toEqual({
    sessionId,
    turns: interactions.flatMap(({ step, status: result, command }) => [
      `generateCommand.${step}`,
      ...(command === null || result === 'pending' ? [] : [`validateResult.${step} ${result}`]),
    ]),
  });
  expect(interactions.map(({ seq }) => seq)).toEqual(upTo(session.seq));
  expect(new Set(interactions.map(({ commandId }) => commandId)).size).toBe(session.seq);
  await expectEvents(rig, session);
  expectWithinBounds(session);
}

const TEMPORAL_STATUS = { active: 'RUNNING', complete: 'COMPLETED', failed: 'FAILED', cancelled: 'CANCELLED' };

/** Revisions without a gap; one opening and one completion per interaction; closed once, at the end. */
async function expectEvents(rig: Rig, { sessionId, revision, status, interactions }: SessionDetail): Promise<void> {
  const events = await rig.reader.events(rig.scope, sessionId, 0, 1_000);
  expect(events.map((event) => event.revision)).toEqual(upTo(revision));
  const seqs = (type: string) =>
    events.filter((event) => event.type === type).map(({ data }) => (data as { seq: number }).seq);
  const completed = interactions.filter((row) => row.status !== 'pending');
  expect(seqs('interaction_opened')).toEqual(
    interactions.filter(({ command }) => command !== null).map(({ seq }) => seq),
  );
  expect(seqs('interaction_completed')).toEqual(completed.map(({ seq }) => seq));
  const types = events.map(({ type }) => type);
  expect(types.filter((type) => type === 'session_created')).toHaveLength(1);
  expect(types.indexOf('session_closed')).toBe(status === 'active' ? -1 : types.length - 1);
}

function expectWithinBounds({ type, interactions }: SessionDetail): void {
  const taken: Record<string, number> = {};
  for (const { step, status } of interactions.filter(isFailed)) {
    const bound = SESSION_TYPES[type].routes[step]?.[status as 'warning' | 'error'].bound;
    if (bound === undefined) throw new Error(`${step} ${status} leads back without a bound`);
    const key = `${step}:${bound}`;
    taken[key] = (taken[key] ?? 0) + 1;
    expect(taken[key]).toBeLessThanOrEqual(BOUNDS[bound].default);
  }
}

const isFailed = ({ status }: InteractionRow) => status === 'warning' || status === 'error';

function handedOut(events: readonly HistoryEvent[]): readonly string[] {
  const endOf = activityEnds();
  return events.flatMap((event) => {
    const done = endOf(event);
    if (done?.type.startsWith('generateCommand.')) return [done.type];
    if (!done?.type.startsWith('validateResult.')) return [];
    const validated = done.result as { verdict?: { status: string } };
    // A report with a lease that was not the current one: the command stays open.
    return validated.verdict === undefined ? [] : [`${done.type} ${validated.verdict.status}`];
  });
}

/** One branch of the root on the remote, one commit per piece of work, one merge per child, every push a step forward. */
function expectDelivery(rig: Rig, [root, ...children]: readonly SessionDetail[]): void {
  const { remote } = rig.example;
  const { branch, commit, remoteSha, baseSha } = root!.state;
  if (root!.status !== 'complete') return;
  const branches = gitIn(remote, 'for-each-ref', '--format=%(refname:short)', 'refs/heads').split('\n');
  for (const child of children) expect(branches).not.toContain(child.state.branch);
  expect(gitIn(remote, 'rev-parse', branch!)).toBe(remoteSha);
  expect(remoteSha).toBe(commit);
  const own = ownCommits(remote, baseSha!, branch!);
  expect(own).toEqual([...new Set(own)]);
  const done = children.filter(({ status }) => status === 'complete');
  expect([...own].sort()).toEqual(
    [
      ...done.map(({ sessionId }) => `${sessionId} Finalize`),
      ...done.map(({ component }) => `${root!.sessionId} merge ${component}`),
      ...(root!.component === null ? [] : [`${root!.sessionId} Finalize`]),
    ].sort(),
  );
  const pushes = gitIn(remote, 'reflog', 'show', '--format=%H', branch!).split('\n').reverse();
  expect(pushes).toHaveLength(2 + (root!.component === null ? done.length - 1 : 0));
  expect(pushes.at(-1)).toBe(remoteSha);
  for (const [index, sha] of pushes.slice(1).entries())
    gitIn(remote, 'merge-base', '--is-ancestor', pushes[index]!, sha);
}

/** Session and step of every commit since the base, as their trailers tell. */
function ownCommits(remote: string, base: string, branch: string): readonly string[] {
  const trailer = (key: string) => `%(trailers:key=Specwright-${key},valueonly,separator=%x2C)`;
  const log = gitIn(remote, 'log', `--format=${trailer('Session')} ${trailer('Step')}`, `${base}..${branch}`);
  return log.split('\n');
}

const upTo = (n: number): readonly number[] => Array.from({ length: n }, (_, index) => index + 1);
