import type { Check, Diagnosis, Stuck } from '../api/doctor.js';
import type { HttpClient } from '../http-client.js';
import { stuckBy } from '../domain/stuck.js';
import { remoteSessions } from './remote-sessions.js';

/** What can be seen over HTTP: the way to the API, what it needs, the key, and sessions that wait for people. */
export async function diagnoseRemote(url: string, http: HttpClient): Promise<Diagnosis> {
  const alive = await check('api', `answers at ${url}`, () => http.isAlive());
  if (!alive.ok) return { checks: [alive], stuck: null };
  const ready = await check('servers behind it', 'Temporal and Postgres answer', () => http.isReady());
  const key = await check(
    'key',
    '',
    () => http.getMe(),
    ({ role, projectId }) => `a ${role} of project ${projectId}`,
  );
  const checks = [alive, ready, key, BEYOND];
  return { checks, stuck: checks.every(({ ok }) => ok) ? await stuckSessions(http) : null };
}

async function check<T>(
  name: string,
  detail: string,
  look: () => Promise<T>,
  say: (seen: T) => string = () => detail,
): Promise<Check> {
  try {
    return { name, ok: true, detail: say(await look()) };
  } catch (error) {
    return { name, ok: false, detail: error instanceof Error ? error.message : String(error) };
  }
}

/** Without what only Temporal and the rows tell: executors, failing tasks, differences, and when a quota comes back. */
async function stuckSessions(http: HttpClient): Promise<readonly Stuck[]> {
  const sessions = remoteSessions(http);
  const found: Stuck[] = [];
  for (let cursor: string | null | undefined; cursor !== null;) {
    const page = { limit: 200, ...(cursor === undefined ? {} : { cursor }) };
    const { items, cursor: next } = await sessions.list(NOBODY, { status: 'active' }, page);
    for (const { sessionId, waitingOn, waitingSince } of items) {
      if (waitingOn !== 'decision' && waitingOn !== 'client') continue;
      const since = waitingSince === null ? null : Date.parse(waitingSince);
      found.push(...stuckBy({ ...UNSEEN, sessionId, waitingOn, waitingSince: since }, Date.now()));
    }
    cursor = next;
  }
  return found;
}

const BEYOND = {
  name: 'beyond',
  ok: true,
  detail: 'workers, tasks and rows are seen by `doctor` beside the stack',
} as const;
const NOBODY = { accountId: '', projectId: '', userId: '' };
const UNSEEN = { waitingReason: null, executorQueue: null, executors: null, pending: null, differences: [] } as const;
