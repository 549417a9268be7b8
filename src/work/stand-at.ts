import { isAbsolute } from 'node:path';
import type { Sessions, SessionSummary } from '../api/sessions.js';
import type { Command } from '../domain/command.js';
import type { Scope } from '../domain/scope.js';
import type { Bench } from './bench.js';
import { localRef, originRef, type Checkout } from './checkout.js';
import type { Desk } from './desk.js';
import { mergeChildren } from './merge-children.js';

interface Standing {
  readonly sessions: Sessions;
  readonly scope: Scope;
  readonly bench: Bench;
  readonly desk: Desk;
}

/** Makes the work tree the session's, and says where it is. */
export async function standAt(
  work: Standing,
  session: SessionSummary,
  command: Command,
  context: { readonly signal: AbortSignal; progress(line: string): void },
): Promise<string> {
  if (isAbsolute(command.cwd)) return command.cwd;
  const { branch, baseBranch, push } = command.metadata;
  await beginHere(work.bench.checkout, command, context);
  await work.desk.enter(command.sessionId, push ? [branch] : [branch, baseBranch]);
  const { checkout } = work.bench;
  const isNew = command.kind === 'prepare_workspace' && !(await checkout.has(localRef(branch)));
  if (isNew && session.parentSessionId !== null) {
    await checkout.abortMerge();
    await checkout.switchTo(baseBranch);
    await mergeSiblings(work, session.parentSessionId, context);
  }
  return checkout.root;
}

/** Work that was begun in another checkout goes on from what is on the remote; what was not committed there is not here. */
async function beginHere(
  checkout: Checkout,
  { kind, metadata: { branch } }: Command,
  context: { progress(line: string): void },
): Promise<void> {
  if (kind === 'prepare_workspace' || (await checkout.has(localRef(branch)))) return;
  context.progress(`${branch} was begun in another checkout; what was not committed there is not here`);
  const doing = `${branch} could not be had from the remote`;
  await checkout.git.text(doing, ['fetch', '--quiet', 'origin', `+${localRef(branch)}:${originRef(branch)}`]);
  await checkout.git.text(doing, ['branch', '--no-track', branch, originRef(branch)]);
}

/** A child starts from what its dependencies are; where no executor serves the tree, a client merges them. */
async function mergeSiblings(
  { sessions, scope, bench }: Standing,
  parentSessionId: string,
  context: { readonly signal: AbortSignal; progress(line: string): void },
): Promise<void> {
  const next = await sessions.next(scope, parentSessionId);
  if (next.kind !== 'command' || next.command.kind !== 'spawn_children') return;
  const { children } = await sessions.show(scope, parentSessionId);
  const complete = new Set(children.flatMap(({ status, sessionId }) => (status === 'complete' ? [sessionId] : [])));
  await mergeChildren(bench, next.command, (child) => complete.has(child), context);
}
