import pg from 'pg';
import type { Rig } from './rig.js';

/** Changes rows behind everybody's back, as a restored backup or a stray hand would; in the rig's own project only. */
export async function plant(rig: Rig, sql: string, values: readonly unknown[] = []): Promise<void> {
  const { database } = JSON.parse(process.env['TEST_STACK']!) as { database: { ownerUrl: string } };
  const owner = new pg.Client(database.ownerUrl);
  await owner.connect();
  try {
    await owner.query('BEGIN');
    await owner.query("SELECT set_config('app.account', $1, true), set_config('app.project', $2, true)", [
      rig.scope.accountId,
      rig.scope.projectId,
    ]);
    const { rowCount } = await owner.query(sql, [...values]);
    if (rowCount !== 1) throw new Error(`${sql}: ${rowCount} rows`);
    await owner.query('COMMIT');
  } finally {
    await owner.end();
  }
}
