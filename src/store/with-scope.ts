import type { Client, PoolClient } from 'pg';
import { isSessionId, isUuid } from '../domain/names.js';
import type { Scope } from '../domain/scope.js';
import { STATEMENT_TIMEOUT_MS, type Pool } from './pool.js';
import { isValueError } from './sql-errors.js';

/** A statement with a name is prepared once per connection. The name must stand for one text only. */
export interface Statement {
  readonly name?: string;
  readonly text: string;
}

/** Statements inside one scope's transaction. */
export interface Tx {
  query<Row extends object>(statement: Statement, values: readonly unknown[]): Promise<Row[]>;
  /** The transaction's last statement: COMMIT travels behind it, which saves a round trip. */
  queryAndCommit<Row extends object>(statement: Statement, values: readonly unknown[]): Promise<Row[]>;
}

interface ScopeOptions {
  /** Locks this session's row first, so that every later statement sees what the previous holder committed. */
  readonly lockSession?: string;
  /** All statements see one moment, and nothing can be written. */
  readonly readOnly?: boolean;
}

// Not FOR UPDATE: rows that refer to the session (a child's, an event's) may be inserted meanwhile.
const LOCK_SESSION: Statement = {
  name: 'lock_session',
  text: `SELECT 1 FROM sessions
         WHERE account_id = $1 AND project_id = $2 AND session_id = $3 FOR NO KEY UPDATE`,
};

export const NIL = '00000000-0000-0000-0000-000000000000';

/** A scope in which no user acts; row level security looks at account and project only. */
export const nobody = (accountId: string, projectId: string): Scope => ({ accountId, projectId, userId: NIL });

/** Whether these ids can name anything at all. Ids come from outside (a Workflow Id, a start input) and may be any text. */
export function isAddressable(scope: Scope, sessionId?: string): boolean {
  return (
    [scope.accountId, scope.projectId, scope.userId].every((id) => typeof id === 'string' && isUuid(id)) &&
    (sessionId === undefined || isSessionId(sessionId))
  );
}

/**
 * The only door to tenant tables: one transaction in which row level security shows this account and project and
 * nothing else. It throws what `work` throws, after a rollback.
 */
export async function withScope<T>(
  pool: Pool,
  scope: Scope,
  work: (tx: Tx) => Promise<T>,
  options: ScopeOptions = {},
): Promise<T> {
  const begin = beginText(scope, options);
  const client = await pool.connect();
  const transaction = new Transaction(client, begin, lockValues(scope, options));
  try {
    const value = await work(transaction);
    await transaction.finish();
    client.release();
    return value;
  } catch (error) {
    client.release(!(await transaction.undo(error)));
    throw await transaction.cause(error);
  }
}

function beginText(scope: Scope, options: ScopeOptions): string {
  // Ids are part of the text, which lets it all travel at once; nothing but a UUID gets in.
  if (!isAddressable(scope)) throw new TypeError('A scope is made of three lower-case UUIDs.');
  const mode = options.readOnly ? ' ISOLATION LEVEL REPEATABLE READ READ ONLY' : '';
  return `BEGIN${mode}; SELECT set_config('app.account', '${scope.accountId}', true),
    set_config('app.project', '${scope.projectId}', true),
    set_config('statement_timeout', '${STATEMENT_TIMEOUT_MS}', true)${options.lockSession === undefined ? '' : PLANNED_ONCE}`;
}

/**
 * What is done under a session's lock is done by few large statements that look rows up by keys. Planning one takes four
 * times as long as running it, and once its tables are analyzed Postgres would plan some anew every time.
 */
const PLANNED_ONCE = `, set_config('plan_cache_mode', 'force_generic_plan', true)`;

function lockValues(scope: Scope, options: ScopeOptions): readonly string[] | null {
  return options.lockSession === undefined ? null : [scope.accountId, scope.projectId, options.lockSession];
}

/**
 * Everything that is asked for before this turn of the event loop ends goes out in one write: one system call here, and
 * Postgres is woken up once.
 */
function sentTogether(client: PoolClient): void {
  // Every connected client has it; the types of a pooled one leave it out.
  const { stream } = (client as unknown as Pick<Client, 'connection'>).connection;
  stream.cork();
  process.nextTick(() => stream.uncork());
}

class Transaction implements Tx {
  private readonly begun: Promise<unknown>;
  private committed: Promise<void> | null = null;

  constructor(
    private readonly client: PoolClient,
    begin: string,
    lock: readonly string[] | null,
  ) {
    sentTogether(client);
    const opened = client.query(begin);
    const locked = lock === null ? null : client.query({ ...LOCK_SESSION, values: [...lock] });
    // Awaited at the end, so that the first statement travels with it; awaiting each keeps a failure from going unhandled.
    this.begun = Promise.all([opened, locked]);
    this.begun.catch(() => undefined);
    locked?.catch(() => undefined);
  }

  async query<Row extends object>(statement: Statement, values: readonly unknown[]): Promise<Row[]> {
    if (this.committed) throw new Error('The transaction has ended.');
    const { rows } = await this.client.query<Row>({ ...statement, values: [...values] });
    return rows;
  }

  async queryAndCommit<Row extends object>(statement: Statement, values: readonly unknown[]): Promise<Row[]> {
    sentTogether(this.client);
    const answer = this.query<Row>(statement, values);
    this.commit();
    return answer;
  }

  async finish(): Promise<void> {
    await this.begun;
    if (!this.committed) this.commit();
    await this.committed;
  }

  /** Ends a failed transaction. False when the connection's state is in doubt and it must be destroyed. */
  async undo(error: unknown): Promise<boolean> {
    if (
      !isValueError(error) ||
      (await this.begun.then(
        () => false,
        () => true,
      ))
    )
      return false;
    try {
      if (this.committed) await this.committed.catch(() => undefined);
      await this.client.query('ROLLBACK');
      return true;
    } catch {
      return false;
    }
  }

  /** A failed BEGIN or lock makes every later statement fail with a message that says nothing. */
  async cause(error: unknown): Promise<unknown> {
    return this.begun.then(
      () => error,
      (first: unknown) => first,
    );
  }

  private commit(): void {
    this.committed = this.client.query('COMMIT').then((result) => {
      // COMMIT of a failed transaction succeeds as a ROLLBACK.
      if (result.command !== 'COMMIT') throw new Error('The transaction was rolled back.');
    });
    this.committed.catch(() => undefined);
  }
}
