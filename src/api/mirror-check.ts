import { RefusedError } from '../client.js';
import { differences, type ComparedRow, type Difference } from '../domain/mirror-difference.js';
import type { Scope } from '../domain/scope.js';
import type { Executions } from '../ports/executions.js';
import type { MirrorReader } from '../ports/mirror-reader.js';
import { inTurns } from './in-turns.js';

export type { Difference };

export interface MirrorReport {
  /** Sessions that were compared. */
  readonly sessions: number;
  readonly differences: readonly Difference[];
  /** Running sessions that no worker answers for: of these only the status was compared. */
  readonly unanswered: readonly string[];
}

export interface MirrorCheck {
  /** Compares every session of the project, or one. */
  verify(scope: Scope, sessionId?: string): Promise<MirrorReport>;
  /** Compares these sessions of the project. */
  compare(scope: Scope, sessionIds: readonly string[]): Promise<MirrorReport>;
}

export interface MirrorCheckDeps {
  readonly executions: Pick<Executions, 'newest' | 'view' | 'runningIn'>;
  readonly rows: MirrorReader;
  readonly pause: (ms: number) => Promise<void>;
}

const PAGE = 100;
const RUNNING = 1_000;
/** Rows and workflows are written one after the other: only what stays different is a difference. */
const LOOKS = 4;
const LOOK_AGAIN_MS = 750;

export function createMirrorCheck(deps: MirrorCheckDeps): MirrorCheck {
  return {
    verify: async (scope, sessionId) => compare(deps, scope, await idsOf(deps, scope, sessionId)),
    compare: (scope, sessionIds) => compare(deps, scope, sessionIds),
  };
}

async function compare(deps: MirrorCheckDeps, scope: Scope, ids: readonly string[]): Promise<MirrorReport> {
  const unanswered = new Set<string>();
  let suspects = ids;
  let found: readonly Difference[] = [];
  for (let look = 1; look <= LOOKS && suspects.length > 0; look += 1) {
    if (look > 1) await deps.pause(LOOK_AGAIN_MS);
    found = (await inTurns(suspects, (id) => lookAt(deps, scope, id, unanswered))).flat();
    suspects = [...new Set(found.map((difference) => difference.sessionId))];
  }
  return { sessions: ids.length, differences: found, unanswered: [...unanswered].sort() };
}

async function lookAt(
  { executions, rows }: MirrorCheckDeps,
  scope: Scope,
  id: string,
  unanswered: Set<string>,
): Promise<readonly Difference[]> {
  const execution = await executions.newest(id);
  const row = await rows.row(scope, id);
  if (row === null) {
    if (execution?.status !== 'running') return [];
    return [{ sessionId: id, what: 'missing_row', row: 'no row', temporal: execution.status }];
  }
  const view = execution?.status === 'running' ? await executions.view(id) : null;
  if (execution?.status === 'running' && view === null) unanswered.add(id);
  else unanswered.delete(id);
  return differences(row, execution, view);
}

async function idsOf(
  { executions, rows }: MirrorCheckDeps,
  scope: Scope,
  sessionId: string | undefined,
): Promise<readonly string[]> {
  if (sessionId !== undefined) {
    if ((await rows.row(scope, sessionId)) !== null) return [sessionId];
    const fix = 'check the id with `specwright list`';
    throw new RefusedError({ code: 'session_not_found', message: `no session ${sessionId} in this project`, fix });
  }
  const ids = new Set<string>();
  for (let page: readonly ComparedRow[] = [], afterId = ''; ; afterId = page.at(-1)!.sessionId) {
    page = await rows.page(scope, afterId, PAGE);
    for (const row of page) ids.add(row.sessionId);
    if (page.length < PAGE) break;
  }
  for (const running of await executions.runningIn(scope, RUNNING)) ids.add(running);
  return [...ids];
}
