import type { SessionTypeName, SessionStatus, Turn } from './session.js';
import { SESSION_TYPES } from './session-types/catalog.js';
import type { Route } from './session-types/session-type.js';

export type RoutingError = 'session_complete' | 'invalid_interaction' | 'invalid_state';
export type NextStep =
  { readonly ok: true; readonly step: string } | { readonly ok: false; readonly error: RoutingError };
export type RouteTaken =
  { readonly ok: true; readonly route: Route } | { readonly ok: false; readonly error: RoutingError };

/** What routing needs of a session. */
export interface RoutableSession {
  readonly status: SessionStatus;
  readonly interactions: readonly Turn[];
}

/** The steps of a type, in order. */
export function steps(type: SessionTypeName): readonly string[] {
  return SESSION_TYPES[type].steps;
}

/** The step to do next, by the last *completed* interaction (by `seq`); a pending one never influences it. INV-3. */
export function nextStep(type: SessionTypeName, session: RoutableSession): NextStep {
  if (session.status !== 'active') return { ok: false, error: 'session_complete' };
  const last = lastCompleted(session.interactions);
  if (last === null) return { ok: true, step: SESSION_TYPES[type].steps[0]! };
  const taken = routeAfter(type, last);
  if (!taken.ok) return taken;
  return taken.route.to === 'complete' ? { ok: false, error: 'session_complete' } : { ok: true, step: taken.route.to };
}

/** The row of the type's table that a completed interaction selects. */
export function routeAfter(type: SessionTypeName, turn: Turn): RouteTaken {
  const { routes } = SESSION_TYPES[type];
  const rows = Object.hasOwn(routes, turn.step) ? routes[turn.step] : undefined;
  if (rows === undefined) return { ok: false, error: 'invalid_interaction' };
  const { status } = turn;
  if (status === null || !Object.hasOwn(rows, status)) return { ok: false, error: 'invalid_state' };
  return { ok: true, route: rows[status] };
}

/** True only for Finalize with `ok`: of the given interaction, or of a session's last completed one. */
export function isComplete(subject: RoutableSession | Turn): boolean {
  const turn = 'interactions' in subject ? lastCompleted(subject.interactions) : subject;
  return turn !== null && turn.step === 'Finalize' && turn.status === 'ok';
}

export function lastCompleted(turns: readonly Turn[]): Turn | null {
  let last: Turn | null = null;
  for (const turn of turns) {
    if (turn.status !== null && (last === null || turn.seq > last.seq)) last = turn;
  }
  return last;
}
