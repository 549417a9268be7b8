import { RELEASE } from '../domain/release.js';
import type { Scope } from '../domain/scope.js';
import { stuckBy, type Patience, type Patient, type PendingWork, type Stuck } from '../domain/stuck.js';
import type { ActiveRow, DatabaseProbe } from '../ports/database-probe.js';
import type { Page } from '../ports/session-reader.js';
import type { TemporalProbe } from '../ports/temporal-probe.js';
import { inTurns } from './in-turns.js';
import type { MirrorCheck } from './mirror-check.js';

export type { Stuck };

/** One thing that has to be there; `fix` when it is not. */
export interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
  readonly fix?: string;
}

export interface Diagnosis {
  readonly checks: readonly Check[];
  /** Null when the sessions could not be looked at. */
  readonly stuck: readonly Stuck[] | null;
}

export interface Doctor {
  /** What of the stack answers, what it lacks, and who polls; whatever of it is away. */
  checks(): Promise<readonly Check[]>;
  /** Sessions of the project that do not go on by themselves, and why. Needs Temporal and Postgres. */
  stuck(scope: Scope): Promise<readonly Stuck[]>;
  /** The same among the next `limit` active sessions, in the order of their ids: a bounded piece of work. */
  stuckAmong(scope: Scope, page: { readonly limit: number; readonly cursor?: string }): Promise<Page<Stuck>>;
}

export interface DoctorDeps {
  readonly temporal: TemporalProbe;
  readonly database: DatabaseProbe;
  readonly mirror: MirrorCheck;
  readonly taskQueue: string;
  readonly executorQueue: string;
  readonly now: () => number;
  /** Errors of servers and workers name hosts: they are told to who runs them, in place of this sentence for everybody else. */
  readonly inPlaceOfErrors?: string;
  readonly patience?: Patience;
}

const PAGE = 200;

export function createDoctor(deps: DoctorDeps): Doctor {
  const { temporal, database, mirror, taskQueue, now, inPlaceOfErrors, patience } = deps;
  const stuckOf = (patients: readonly Patient[]) => patients.flatMap((patient) => stuckBy(patient, now(), patience));
  return {
    async checks() {
      const ofTemporal = temporalChecks(deps).catch((error: unknown) => [broken('temporal', inPlaceOfErrors ?? error)]);
      const ofPostgres = postgresChecks(deps).catch((error: unknown) => [broken('postgres', inPlaceOfErrors ?? error)]);
      return [here(), ...(await ofTemporal), ...(await ofPostgres)];
    },
    async stuck(scope) {
      const { differences } = await mirror.verify(scope);
      const polled = executorCounts(temporal);
      const found: Stuck[] = [];
      for await (const rows of pages(database, scope))
        found.push(...stuckOf(await patientsOf(deps, rows, differences, polled)));
      const known = new Set(found.map(({ sessionId }) => sessionId));
      const others = [...new Set(differences.map(({ sessionId }) => sessionId))].filter((id) => !known.has(id));
      return [...found, ...stuckOf(others.map((id) => unseen(id, differences)))];
    },
    async stuckAmong(scope, { limit, cursor = '' }) {
      const rows = await database.active(scope, cursor, limit);
      const ids = rows.map(({ sessionId }) => sessionId);
      // Without a session worker each would be waited for; and that none polls is told by the checks.
      const isAnswered = rows.length > 0 && (await temporal.pollers(taskQueue, 'workflow')) > 0;
      const differences = isAnswered ? (await mirror.compare(scope, ids)).differences : [];
      const items = stuckOf(await patientsOf(deps, rows, differences, executorCounts(temporal)));
      return { items, cursor: rows.length < limit ? null : ids.at(-1)! };
    },
  };
}

/** The process that looks; workers have a release of their own. */
const here = (): Check => ({ name: 'specwright', ok: true, detail: `${RELEASE}, Node ${process.version}` });

/** Asks about each Task Queue once. */
function executorCounts(temporal: TemporalProbe): (queue: string) => Promise<number> {
  const counts = new Map<string, Promise<number>>();
  return (queue) => {
    const count = counts.get(queue) ?? temporal.pollers(queue, 'activity');
    counts.set(queue, count);
    return count;
  };
}

function patientsOf(
  { temporal, inPlaceOfErrors }: DoctorDeps,
  rows: readonly ActiveRow[],
  differences: Differences,
  executorsOf: (queue: string) => Promise<number>,
): Promise<readonly Patient[]> {
  return inTurns(rows, async (row) => ({
    ...row,
    executors: row.executorQueue === null ? null : await executorsOf(row.executorQueue),
    pending: withReasons(await temporal.pending(row.sessionId), inPlaceOfErrors),
    differences: clausesOf(row.sessionId, differences),
  }));
}

function withReasons(pending: PendingWork | null, inPlace: string | undefined): PendingWork | null {
  if (pending === null || inPlace === undefined) return pending;
  const told = (reason: string | null) => reason && inPlace;
  const activities = pending.activities.map((one) => ({ ...one, lastFailure: told(one.lastFailure) }));
  return { ...pending, taskFailure: told(pending.taskFailure), activities };
}

const FIXES = {
  temporal: 'run `specwright up`, or check TEMPORAL_ADDRESS',
  postgres: 'run `specwright up`, or check DATABASE_RO_URL',
} as const;

/** What does not answer, as a check. */
export function broken(name: keyof typeof FIXES, error: unknown): Check {
  const detail = error instanceof Error ? error.message : String(error);
  const fix = FIXES[name];
  // Some errors say it themselves.
  if (detail.includes(fix)) return { name, ok: false, detail };
  return { name, ok: false, detail: detail === '' ? 'does not answer' : detail, fix };
}

async function postgresChecks({ database }: DoctorDeps): Promise<readonly Check[]> {
  const { version, missingMigrations } = await database.server();
  const missing = missingMigrations.join(', ');
  return [
    { name: 'postgres', ok: true, detail: `answers, ${version}` },
    missing === ''
      ? { name: 'schema', ok: true, detail: 'up to date' }
      : { name: 'schema', ok: false, detail: `lacks ${missing}`, fix: 'run `specwright setup` with DATABASE_URL' },
  ];
}

async function temporalChecks(deps: DoctorDeps): Promise<readonly Check[]> {
  const { temporal, taskQueue, executorQueue } = deps;
  const { version, missingAttributes } = await temporal.server();
  const missing = missingAttributes.join(', ');
  const workers = await temporal.pollers(taskQueue, 'workflow');
  const executors = await temporal.pollers(executorQueue, 'activity');
  const polled = (name: string, count: number, queue: string, role: string): Check => ({
    name,
    ok: count > 0,
    detail: count > 0 ? `${count} polling ${queue}` : `none polls ${queue}`,
    ...(count > 0 ? {} : { fix: `run \`specwright worker --role ${role}\`` }),
  });
  return [
    { name: 'temporal', ok: true, detail: `answers, ${version}` },
    missing === ''
      ? { name: 'search attributes', ok: true, detail: 'registered' }
      : { name: 'search attributes', ok: false, detail: `${missing} missing`, fix: 'run `specwright setup`' },
    polled('session worker', workers, taskQueue, 'session'),
    polled('executor', executors, executorQueue, 'executor'),
  ];
}

type Differences = Awaited<ReturnType<MirrorCheck['verify']>>['differences'];

/** How the row of a session differs from Temporal, a clause each. */
const clausesOf = (id: string, differences: Differences): readonly string[] =>
  differences
    .filter(({ sessionId }) => sessionId === id)
    .map(({ what, row, temporal }) => `${what}: the row says ${row}, Temporal ${temporal}`);

/** A session that only differs: its row is closed, or not there. */
function unseen(sessionId: string, differences: Differences): Patient {
  return {
    sessionId,
    waitingOn: null,
    waitingSince: null,
    waitingReason: null,
    executorQueue: null,
    executors: null,
    pending: null,
    differences: clausesOf(sessionId, differences),
  };
}

async function* pages(database: DatabaseProbe, scope: Scope): AsyncGenerator<readonly ActiveRow[]> {
  for (let afterId = ''; ;) {
    const rows = await database.active(scope, afterId, PAGE);
    yield rows;
    if (rows.length < PAGE) return;
    afterId = rows.at(-1)!.sessionId;
  }
}
