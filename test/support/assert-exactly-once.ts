import { expect } from '@jest/globals';
import pg from 'pg';
import { reportFaults, reportsIn, type Ack, type ReportRows } from './report-oracle.js';
import { testStack, type Rig } from './rig.js';
import { eventsOf } from './workflow-history.js';

/** Every report that was acknowledged is in history and applied exactly once, and rows and answers say the same. */
export async function assertExactlyOnce(rig: Rig, acks: readonly Ack[], sessionIds: readonly string[]): Promise<void> {
  const postgres = new pg.Client(testStack().database.rwUrl);
  await postgres.connect();
  try {
    for (const sessionId of sessionIds) {
      const history = reportsIn(await eventsOf(rig, sessionId));
      const mine = acks.filter((ack) => ack.sessionId === sessionId);
      const faults = reportFaults(mine, history, await rowsOf(postgres, rig, sessionId));
      expect({ sessionId, faults }).toEqual({ sessionId, faults: [] });
    }
  } finally {
    await postgres.end();
  }
}

async function rowsOf(postgres: pg.Client, { scope }: Rig, sessionId: string): Promise<ReportRows> {
  const values = [scope.accountId, scope.projectId, sessionId];
  const mine = 'WHERE account_id = $1 AND project_id = $2 AND session_id = $3';
  const read = async <Row>(sql: string) => (await postgres.query(`${sql} ${mine}`, values)).rows as Row[];
  await postgres.query("SELECT set_config('app.account', $1, false), set_config('app.project', $2, false)", [
    scope.accountId,
    scope.projectId,
  ]);
  const completed = await read<{ commandId: string; type: string }>(
    `SELECT data ->> 'commandId' AS "commandId", type FROM session_events`,
  );
  type Row = Omit<ReportRows['interactions'][number], 'completions'>;
  type Kept = ReportRows['kept'][number];
  const interactions = await read<Row>('SELECT command_id AS "commandId", status, digest, source FROM interactions');
  return {
    interactions: interactions.map((row) => ({
      ...row,
      completions: completed.filter(
        ({ commandId, type }) => type === 'interaction_completed' && commandId === row.commandId,
      ).length,
    })),
    kept: [
      ...(await read<Kept>(`SELECT command_id AS "commandId", digest, 'conflict' AS why FROM result_conflicts`)),
      ...(await read<Kept>(`SELECT command_id AS "commandId", digest, 'late' AS why FROM late_results`)),
    ],
  };
}
