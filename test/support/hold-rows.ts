import pg from 'pg';
import { testStack, type Rig } from './rig.js';

/** Keeps a session's row locked while `work` runs, as a slow transaction would: what writes it has to wait. */
export async function holdRow(rig: Rig, sessionId: string, work: () => Promise<void>): Promise<void> {
  await inScope(rig, 'ROLLBACK', async (client) => {
    await client.query('SELECT FROM sessions WHERE session_id = $1 FOR UPDATE', [sessionId]);
    await work();
  });
}

/** Keeps a session from leaving the list of open ones: its closing waits, and between its attempts the row can be written. */
export async function holdClosing(rig: Rig, sessionId: string, work: () => Promise<void>): Promise<void> {
  await inScope(rig, 'ROLLBACK', async (client) => {
    await client.query('SELECT FROM session_index WHERE session_id = $1 FOR NO KEY UPDATE', [sessionId]);
    await work();
  });
}

/** Moves the time of a lease instead of waiting for it: by Postgres's clock it is over. */
export async function expireLease(rig: Rig, sessionId: string, commandId: string): Promise<void> {
  await inScope(rig, 'COMMIT', async (client) => {
    const { rowCount } = await client.query(
      "UPDATE leases SET expires_at = clock_timestamp() - interval '1 second' WHERE session_id = $1 AND command_id = $2",
      [sessionId, commandId],
    );
    if (rowCount !== 1) throw new Error(`command ${commandId} has no lease`);
  });
}

async function inScope(rig: Rig, end: 'COMMIT' | 'ROLLBACK', work: (client: pg.Client) => Promise<void>) {
  const client = new pg.Client(testStack().database.rwUrl);
  await client.connect();
  try {
    await client.query('BEGIN');
    await client.query("SELECT set_config('app.account', $1, true), set_config('app.project', $2, true)", [
      rig.scope.accountId,
      rig.scope.projectId,
    ]);
    await work(client);
  } finally {
    await client.query(end);
    await client.end();
  }
}
