import pg from 'pg';
import { testStack, type Rig } from './rig.js';

/** Keeps a session's row locked while `work` runs, as a slow transaction would: what writes it has to wait. */
export async function holdRow(rig: Rig, sessionId: string, work: () => Promise<void>): Promise<void> {
  const client = new pg.Client(testStack().database.rwUrl);
  await client.connect();
  try {
    await client.query('BEGIN');
    await client.query("SELECT set_config('app.account', $1, true), set_config('app.project', $2, true)", [
      rig.scope.accountId,
      rig.scope.projectId,
    ]);
    await client.query('SELECT FROM sessions WHERE session_id = $1 FOR UPDATE', [sessionId]);
    await work();
  } finally {
    await client.query('ROLLBACK');
    await client.end();
  }
}
