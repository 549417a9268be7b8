import { isAbsolute } from 'node:path';
import { stat } from 'node:fs/promises';
import type { SessionSummary } from '../api/sessions.js';
import type { Command } from '../domain/command.js';
import type { SessionTypeName } from '../domain/session.js';
import { localRef, type Checkout } from './checkout.js';
import { holdLease, type Holding, type LeaseWork } from './hold-lease.js';

/** Whose commands are taken: those of a session and its children, or of every session that fits. */
export type Field =
  | { readonly kind: 'session'; readonly sessionId: string }
  | { readonly kind: 'project'; readonly type?: SessionTypeName; readonly context?: string };

export type Found =
  | { readonly kind: 'command'; readonly session: SessionSummary; readonly command: Command; readonly holding: Holding }
  /** Nothing yet: worth looking again. */
  | { readonly kind: 'later'; readonly why: string }
  | { readonly kind: 'nothing'; readonly why: string };

export interface Search extends LeaseWork {
  readonly field: Field;
  readonly checkout: Checkout;
  /** Reported durably, not judged yet. */
  readonly handedOver: ReadonlySet<string>;
  /** The session whose work is in the checkout: first, so that nothing has to be put aside. */
  current(): string | null;
}

const PAGE = 100;
const MAX_SESSIONS = 1_000;

export async function findWork(search: Search): Promise<Found> {
  const seen = await survey(search);
  const first = search.current();
  const waiting = seen
    .filter(({ waitingOn }) => waitingOn === 'client')
    .sort((a, b) => rank(a, first) - rank(b, first) || (a.createdAt < b.createdAt ? -1 : 1));
  const skipped: string[] = [];
  let isSoon = false;
  for (const session of waiting) {
    const tried = await tryTake(search, session);
    if (tried.kind === 'command') return tried;
    isSoon ||= tried.kind === 'later';
    if (tried.why !== '') skipped.push(`${nameOf(session)}: ${tried.why}`);
  }
  const coming = seen.filter((session) => isComing(session, seen, search.field));
  const reasons = skipped.join('; ');
  if (isSoon || coming.length > 0) {
    const on = [...new Set(coming.map(({ waitingOn }) => waitingOn ?? 'system'))].join(', ');
    return { kind: 'later', why: [reasons, on === '' ? '' : `waiting on ${on}`].filter(Boolean).join('; ') };
  }
  return { kind: 'nothing', why: [reasons, standing(seen)].filter(Boolean).join('; ') };
}

const rank = ({ sessionId }: SessionSummary, first: string | null): number => (sessionId === first ? 0 : 1);

async function survey({ sessions, scope, field }: Search): Promise<readonly SessionSummary[]> {
  if (field.kind === 'session') {
    return (await sessions.tree(scope, field.sessionId)).filter(({ status }) => status === 'active');
  }
  const { kind: _kind, ...filter } = field;
  const seen: SessionSummary[] = [];
  let cursor: string | null = null;
  do {
    const page = { limit: PAGE, ...(cursor === null ? {} : { cursor }) };
    const { items, cursor: next } = await sessions.list(scope, { ...filter, status: 'active' }, page);
    seen.push(...items);
    cursor = next;
  } while (cursor !== null && seen.length < MAX_SESSIONS);
  return seen;
}

type Tried = Extract<Found, { kind: 'command' }> | { readonly kind: 'later' | 'nothing'; readonly why: string };

async function tryTake(search: Search, session: SessionSummary): Promise<Tried> {
  const { sessions, scope, field, checkout, handedOver } = search;
  const { sessionId } = session;
  const next = await sessions.next(scope, sessionId);
  if (next.kind !== 'command') return { kind: 'later', why: '' };
  const { command } = next;
  if (handedOver.has(command.id)) return { kind: 'later', why: 'reported, not judged yet' };
  const against = await reasonAgainst(checkout, command, field);
  if (against !== null) return { kind: 'nothing', why: against };
  const taken = await holdLease(search, sessionId, command.id);
  switch (taken.kind) {
    case 'gone':
      return { kind: 'later', why: '' };
    case 'held': {
      const why = `${taken.by} works on ${command.step} (lease until ${taken.until})`;
      return { kind: field.kind === 'session' ? 'later' : 'nothing', why };
    }
    case 'ours':
      return { kind: 'command', session, command: await whole(search, command), holding: taken.holding };
  }
}

/** Work that is not committed yet is only where it was begun. */
async function reasonAgainst(
  checkout: Checkout,
  { kind, cwd, metadata, step }: Command,
  field: Field,
): Promise<string | null> {
  const { branch, baseBranch, push } = metadata;
  if (isAbsolute(cwd)) {
    const isHere = (await stat(cwd).catch(() => null))?.isDirectory() ?? false;
    if (kind === 'agent' && isHere) return null;
    return `${step} belongs into the executor's workspace ${cwd}`;
  }
  if (await checkout.has(localRef(branch))) return null;
  // Asked for by name it is begun again here from what was pushed.
  if (kind === 'agent' && push && field.kind === 'session') return null;
  if (kind !== 'prepare_workspace') return `its branch ${branch} is in another checkout`;
  if (push || (await checkout.has(localRef(baseBranch)))) return null;
  return `its parent's branch ${baseBranch} is in another checkout`;
}

/** A long prompt does not travel through history; Postgres has it. */
async function whole({ sessions, scope }: Search, command: Command): Promise<Command> {
  const isCut = command.script.some(({ stdin }) => typeof stdin === 'object');
  if (!isCut) return command;
  const { interactions } = await sessions.show(scope, command.sessionId);
  return interactions.find(({ commandId }) => commandId === command.id)?.command ?? command;
}

/** Whether something for a client may come of it without anybody doing anything. */
function isComing(session: SessionSummary, seen: readonly SessionSummary[], field: Field): boolean {
  switch (session.waitingOn) {
    case null:
    case 'system':
    case 'slot':
      return true;
    case 'executor':
      return field.kind === 'session' || session.mode !== 'agentic';
    case 'children':
      // Between the end of one child and the start of the next there is none for a moment.
      return !seen.some(({ parentSessionId }) => parentSessionId === session.sessionId);
    case 'client':
    case 'decision':
    case 'quota':
      return false;
  }
}

function standing(seen: readonly SessionSummary[]): string {
  const stuck = seen.filter(({ waitingOn }) => waitingOn === 'decision' || waitingOn === 'quota');
  return stuck.map((session) => `${nameOf(session)} waits on ${session.waitingOn}`).join('; ');
}

export const nameOf = ({ type, context, component }: SessionSummary): string =>
  `${type} ${component === null ? context : `${context}/${component}`}`;
