import type { Scope } from '../domain/scope.js';
import { stuckBy, type Patience, type Patient, type Stuck } from '../domain/stuck.js';
import type { ActiveRow, DatabaseProbe } from '../ports/database-probe.js';
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
  temporal(): Promise<readonly Check[]>;
  postgres(): Promise<readonly Check[]>;
  /** Sessions of the project that do not go on by themselves, and why. Needs Temporal and Postgres. */
  stuck(scope: Scope): Promise<readonly Stuck[]>;
}

export interface DoctorDeps {
  readonly temporal: TemporalProbe;
  readonly database: DatabaseProbe;
  readonly mirror: MirrorCheck;
  readonly taskQueue: string;
  readonly executorQueue: string;
  readonly now: () => number;
  readonly patience?: Patience;
}

const PAGE = 200;

export function createDoctor(deps: DoctorDeps): Doctor {
  const { temporal, database, mirror, now, patience } = deps;
  return {
    temporal: () => temporalChecks(deps),
    async postgres() {
      const { version, missingMigrations } = await database.server();
      const missing = missingMigrations.join(', ');
      return [
        { name: 'postgres', ok: true, detail: `answers, ${version}` },
        missing === ''
          ? { name: 'schema', ok: true, detail: 'up to date' }
          : { name: 'schema', ok: false, detail: `lacks ${missing}`, fix: 'run `specwright setup` with DATABASE_URL' },
      ];
    },
    async stuck(scope) {
      const { differences } = await mirror.verify(scope);
      const executors = new Map<string, number>();
      const found: Stuck[] = [];
      for await (const rows of pages(database, scope)) {
        for (const queue of new Set(rows.map(({ executorQueue }) => executorQueue))) {
          if (queue !== null && !executors.has(queue)) executors.set(queue, await temporal.pollers(queue, 'activity'));
        }
        const patients = await inTurns(rows, async (row) => ({
          ...row,
          executors: row.executorQueue === null ? null : (executors.get(row.executorQueue) ?? 0),
          pending: await temporal.pending(row.sessionId),
          differences: differences.filter(({ sessionId }) => sessionId === row.sessionId).map(clause),
        }));
        found.push(...patients.flatMap((patient) => stuckBy(patient, now(), patience)));
      }
      const known = new Set(found.map(({ sessionId }) => sessionId));
      const others = [...new Set(differences.map(({ sessionId }) => sessionId))].filter((id) => !known.has(id));
      return [...found, ...others.flatMap((id) => stuckBy(unseen(id, differences), now(), patience))];
    },
  };
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

const clause = ({ what, row, temporal }: Differences[number]): string =>
  `${what}: the row says ${row}, Temporal ${temporal}`;

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
    differences: differences.filter((difference) => difference.sessionId === sessionId).map(clause),
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
