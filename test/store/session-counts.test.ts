import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import { createSessionCounts } from '../../src/store/session-counts.js';
import { type Database, startDatabase } from './database.js';
import { agentDraft, builds, newScope, opening } from './sessions.js';

let db: Database;
beforeAll(async () => {
  db = await startDatabase();
});
afterAll(() => db.stop());

const SESSION_COLUMNS = [
  ...['account_id', 'closed_at', 'project_id', 'session_id', 'session_type', 'status', 'step'],
  ...['waiting_on', 'waiting_since'],
];

const opened = async (home: string, draft = builds()): Promise<string> => {
  const input = opening(await newScope(db));
  await db.progress.openInteraction({ ...input, home }, draft);
  await db.progress.noteWaiting({ ...input, waitingOn: 'client', reason: null });
  return input.sessionId;
};

test('sessions and open commands of every account are counted together, by home, and closed ones are not', async () => {
  await opened('here');
  await opened('here', builds(agentDraft()));
  await opened('elsewhere');
  const closing = opening(await newScope(db));
  await db.progress.openInteraction({ ...closing, home: 'here' }, builds());
  await db.progress.closeSession({ ...closing, status: 'failed', failure: null });
  const counts = createSessionCounts(db.rw);
  const [row, ...more] = await counts.active('here');
  const step = 'Initialize';
  expect([row, more]).toEqual([
    { sessionType: 'componentCoding', step, waitingOn: 'client', sessions: 2, oldestWaitSeconds: expect.any(Number) },
    [],
  ]);
  expect(row!.oldestWaitSeconds).toBeGreaterThan(0);
  const kinds = (await counts.openCommands('here')).map(({ kind, commands }) => [kind, commands]);
  expect(kinds.sort()).toEqual([
    ['agent', 1],
    ['run_tests', 1],
  ]);
  expect(await counts.active('nowhere')).toEqual([]);
  expect(await counts.closed('here')).toEqual([
    { sessionType: 'componentCoding', step, status: 'failed', sessions: 1 },
  ]);
});

test('what counts over accounts can say nothing else: its role cannot log in, and reads no name, text or result', async () => {
  const owner = new pg.Client({ connectionString: db.ownerUrl });
  await owner.connect();
  try {
    const { rows: columns } = await owner.query<{ read: string }>(
      `SELECT table_name || '.' || column_name AS read FROM information_schema.column_privileges
       WHERE grantee = 'sw_metrics' AND table_name <> 'session_index' ORDER BY 1`,
    );
    expect(columns.map(({ read }) => read)).toEqual([
      ...['account_id', 'kind', 'opened_at', 'project_id', 'session_id', 'status'].map(
        (name) => `interactions.${name}`,
      ),
      ...SESSION_COLUMNS.map((name) => `sessions.${name}`),
    ]);
    const { rows } = await owner.query(
      `SELECT rolcanlogin, rolinherit, has_schema_privilege('sw_metrics', 'public', 'CREATE') AS creates,
         (SELECT json_agg(DISTINCT member::regrole::text) FROM pg_auth_members m
          WHERE roleid = 'sw_metrics'::regrole AND m.set_option AND NOT pg_has_role(member, roleid, 'USAGE')) AS members
       FROM pg_roles WHERE rolname = 'sw_metrics'`,
    );
    expect(rows).toEqual([{ rolcanlogin: false, rolinherit: true, creates: false, members: ['sw_owner'] }]);
    await expect(db.ro.query(`SELECT * FROM sw_count_active_sessions('here')`)).rejects.toThrow(/permission denied/);
    expect((await owner.query('SELECT FROM sessions')).rowCount).toBe(0);
  } finally {
    await owner.end();
  }
});
