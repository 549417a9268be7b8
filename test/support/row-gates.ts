import pg from 'pg';
import { eventually } from './manual-client.js';

/** `verdict`: before a verdict is written; `command`: before the next command is, the verdict being committed. */
export type RowGate = 'verdict' | 'command';

/** Places where a transaction on a session waits while a gate is closed, in a Postgres of the test's own. */
export interface RowGates {
  close(gate: RowGate, sessionIds: readonly string[]): Promise<void>;
  /** Waits until a transaction on each of the sessions has stood at the gate. */
  reached(gate: RowGate, sessionIds: readonly string[]): Promise<void>;
  /** All of them; nothing is left of them when Postgres was killed. */
  open(): Promise<void>;
}

const TRIGGERS = `
CREATE FUNCTION wait_at_gate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock_shared(hashtext(TG_ARGV[0]), hashtext(NEW.session_id));
  RETURN NEW;
END $$;
CREATE TRIGGER verdict_gate BEFORE UPDATE ON interactions FOR EACH ROW
  WHEN (NEW.status IN ('ok', 'warning', 'error')) EXECUTE FUNCTION wait_at_gate('verdict');
CREATE TRIGGER command_gate BEFORE INSERT ON interactions FOR EACH ROW EXECUTE FUNCTION wait_at_gate('command');`;

const WAITING = `
SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
AND classid::bigint::bit(32) = hashtext($1)::bit(32) AND objid::bigint::bit(32) = hashtext($2)::bit(32)`;

export async function createRowGates(ownerUrl: string): Promise<RowGates> {
  await connected(ownerUrl, (client) => client.query(TRIGGERS));
  let keeper: pg.Client | null = null;
  return {
    async close(gate, sessionIds) {
      keeper ??= await connect(ownerUrl);
      for (const id of sessionIds)
        await keeper.query('SELECT pg_advisory_lock(hashtext($1), hashtext($2))', [gate, id]);
    },
    reached: (gate, sessionIds) =>
      connected(ownerUrl, async (client) => {
        for (const id of sessionIds) {
          const isWaiting = async () => (await client.query(WAITING, [gate, id])).rowCount;
          await eventually(isWaiting, `${id} at the gate ${gate}`, 30);
        }
      }),
    async open() {
      await keeper?.end().catch(() => undefined);
      keeper = null;
    },
  };
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client(url);
  // Postgres is killed while this is connected.
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

async function connected<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = await connect(url);
  return work(client).finally(() => client.end());
}
