import type { Scope } from '../../src/domain/scope.js';
import type { Pool } from '../../src/store/pool.js';
import { withScope } from '../../src/store/with-scope.js';

/** A digest of every row an account has, by table: equal when nothing was written. New tables are found by themselves. */
export async function accountState(pool: Pool, scope: Scope): Promise<Readonly<Record<string, string>>> {
  return withScope(pool, scope, async (tx) => {
    const named = `SELECT table_name AS name FROM information_schema.columns
      WHERE column_name = 'account_id' AND table_schema = current_schema() ORDER BY 1`;
    const tables = await tx.query<{ name: string }>({ name: 'tables_of_account', text: named }, []);
    const digests = tables.map(
      ({ name }) => `(SELECT count(*) || ' ' || coalesce(md5(string_agg(t::text, ',' ORDER BY t::text)), '')
        FROM ${name} t WHERE account_id = '${scope.accountId}') AS ${name}`,
    );
    const [state] = await tx.queryAndCommit<Record<string, string>>({ text: `SELECT ${digests.join(', ')}` }, []);
    return state!;
  });
}

/** The state once it has stayed the same for a while: what sessions still had to write is written. */
export async function restingState(pool: Pool, scope: Scope): Promise<Readonly<Record<string, string>>> {
  for (let before = await accountState(pool, scope); ;) {
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    const now = await accountState(pool, scope);
    if (JSON.stringify(now) === JSON.stringify(before)) return now;
    before = now;
  }
}
