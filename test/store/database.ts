import { createOutputStore } from '../../src/store/output-store.js';
import { createPool, type Pool } from '../../src/store/pool.js';
import { createProgressStore } from '../../src/store/progress-store.js';
import { createProjectStore } from '../../src/store/project-store.js';
import { createSessionReader } from '../../src/store/session-reader.js';
import { type DatabaseUrls, setupDatabase } from '../../src/store/setup-database.js';
import { startTestPostgres } from '../support/postgres.js';

export const PASSWORDS = { owner: 'owner-pass', rw: 'rw-pass', ro: 'ro-pass' };

/** A migrated database on a server of its own, and the adapters on it. */
export async function startDatabase() {
  const postgres = await startTestPostgres();
  const urls: DatabaseUrls = await setupDatabase({ adminUrl: postgres.adminUrl, passwords: PASSWORDS });
  const rw: Pool = createPool(urls.rwUrl);
  const ro: Pool = createPool(urls.roUrl);
  return {
    ...urls,
    adminUrl: postgres.adminUrl,
    rw,
    ro,
    progress: createProgressStore(rw),
    outputs: createOutputStore(rw),
    projects: createProjectStore(rw),
    reader: createSessionReader(ro),
    async stop() {
      await Promise.all([rw.end(), ro.end()]);
      await postgres.stop();
    },
  };
}
export type Database = Awaited<ReturnType<typeof startDatabase>>;
