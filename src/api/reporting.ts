import { RefusedError, type ReportAnswer } from '../client.js';
import { resultDigest } from '../domain/digest.js';
import type { Report } from '../domain/result.js';
import type { Scope } from '../domain/scope.js';
import type { ClosedStatus, SessionStatus } from '../domain/session.js';
import { ownedSession } from './owned-session.js';
import type { Durable, Sessions, SessionsDeps } from './session-use-cases.js';
import { settlesWithin, whenReachable } from './when-reachable.js';

/** A worker that is up answers sooner, unless Postgres is slow; the report is handed over all the same. */
const ANSWER_WITHIN_MS = 5_000;

type Reporting = Pick<Sessions, 'submit' | 'report' | 'rejected'>;

export function reporting(deps: SessionsDeps): Reporting {
  const { client, reader, intake } = deps;
  return {
    async submit(scope, sessionId, report) {
      const { status } = await ownedSession(reader, scope, sessionId);
      const send = () => open(status, () => whenReachable(client, () => submitOrHandOver(deps, sessionId, report)));
      return keeping(deps, scope, sessionId, report, send, (closed) => {
        return { accepted: true, duplicate: true, next: { kind: 'done', status: closed } };
      });
    },
    async report(scope, sessionId, report) {
      const { status } = await ownedSession(reader, scope, sessionId);
      const send = () => open(status, () => whenReachable(client, () => client.reportResult(sessionId, report)));
      await keeping(deps, scope, sessionId, report, send, () => undefined);
    },
    async rejected(scope, sessionId) {
      await ownedSession(reader, scope, sessionId);
      return intake.listRejected(scope, sessionId);
    },
  };
}

/** By Update for the verdict; with nobody there to judge, by Signal, which is durable at once. */
async function submitOrHandOver(
  { client }: SessionsDeps,
  sessionId: string,
  report: Report,
): Promise<ReportAnswer | Durable> {
  const answer = client.submitResult(sessionId, report);
  answer.catch(() => undefined);
  if (await settlesWithin(answer, ANSWER_WITHIN_MS)) return answer;
  await client.reportResult(sessionId, report);
  return { durable: true };
}

/** A result that is refused because another was first, or the session is closed, is kept for people to read. */
async function keeping<T>(
  { intake, reader }: SessionsDeps,
  scope: Scope,
  sessionId: string,
  { commandId, result }: Report,
  send: () => Promise<T>,
  /** The report that ended the session, or one before it, once more: its answer was lost, and there is none but the end. */
  duplicate: (closed: ClosedStatus) => T,
): Promise<T> {
  try {
    return await send();
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error;
    const { refusal } = error;
    const rejected = { commandId, digest: resultDigest(result), result };
    if (refusal.code === 'result_conflict') {
      await intake.keepRejected(scope, sessionId, {
        ...rejected,
        why: 'conflict',
        acceptedDigest: refusal.digest ?? null,
      });
    }
    if (refusal.code === 'session_closed') {
      const accepted = await reader.acceptedDigest(scope, sessionId, commandId);
      if (accepted === rejected.digest) return duplicate(refusal.status as ClosedStatus);
      await intake.keepRejected(scope, sessionId, { ...rejected, why: 'late', acceptedDigest: null });
    }
    throw error;
  }
}

/** Temporal forgets closed sessions after the namespace's retention; the row does not. */
async function open<T>(status: SessionStatus, send: () => Promise<T>): Promise<T> {
  if (status === 'active') return send();
  const fix = 'nothing is left to report';
  throw new RefusedError({ code: 'session_closed', message: `the session is ${status}`, fix, status });
}
