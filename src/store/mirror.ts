import { byProject } from '../domain/by-project.js';
import type { Mirror, MirrorRow, SessionPlace } from '../ports/mirror.js';
import type { Pool } from './pool.js';
import { closeSession } from './progress/close-session.js';
import { followWorkflow } from './progress/follow-workflow.js';
import { mirrorRows } from './queries/mirror-rows.js';
import { openPlaces, placesOf } from './session-places.js';

export function createMirror(pool: Pool): Mirror {
  return {
    openPlaces: (home, afterId, limit) => openPlaces(pool, home, afterId, limit),
    places: (sessionIds) => placesOf(pool, sessionIds),
    rows: (places, home) => rowsByScope(pool, places, home),
    close: ({ scope, sessionId, revision }, { status, failure, runId }) =>
      closeSession(pool, { scope, sessionId, status, failure, seen: revision, ...(runId === null ? {} : { runId }) }),
    follow: (row, standing) => followWorkflow(pool, row, standing),
  };
}

/** Row level security shows one project at a time. */
async function rowsByScope(pool: Pool, places: readonly SessionPlace[], home: string): Promise<readonly MirrorRow[]> {
  const rows: MirrorRow[] = [];
  for (const group of byProject(places, (place) => place)) rows.push(...(await mirrorRows(pool, group, home)));
  return rows;
}
