import type { Rejected } from '../domain/inbox.js';
import { fastActivities } from './activity-proxies.js';
import type { Session } from './session.js';

/** Rejected results that one run keeps: a client that goes wrong over and over must not fill the history. */
const MAX_KEPT = 100;

export function isRoomFor(session: Session): boolean {
  return session.told.isOn && session.refused.kept < MAX_KEPT;
}

export async function keepRejected(session: Session, rejected: Rejected): Promise<void> {
  if (!session.told.isOn) return;
  session.refused.kept += 1;
  await fastActivities(session.turns).keepRejected({ scope: session.input.scope, sessionId: session.id, rejected });
}

/** The accepted report turns out to be a second one: Postgres has the first, of which Temporal has lost all memory. */
export async function keepAccepted(session: Session, acceptedDigest: string): Promise<void> {
  if (session.accepted === null) return;
  const { report, digest } = session.accepted;
  const { commandId, result } = report;
  await keepRejected(session, { why: 'conflict', commandId, digest, acceptedDigest, result });
}
