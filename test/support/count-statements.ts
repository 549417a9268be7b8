import pg from 'pg';

interface Statements {
  /** Sent by one role since `clear`; a prepared one counts by its name, every other one as ''. */
  readonly names: readonly string[];
  clear(): void;
  stop(): void;
}

/** Listens to every real connection of this process; what is sent stays as it is. */
export function countStatements(role: string): Statements {
  const names: string[] = [];
  const prototype = pg.Client.prototype as unknown as { query: (...args: unknown[]) => unknown };
  const { query } = prototype;
  prototype.query = function (this: pg.Client, ...args: unknown[]) {
    if (this.user === role) names.push((args[0] as { name?: string }).name ?? '');
    return query.apply(this, args);
  };
  return { names, clear: () => void (names.length = 0), stop: () => void (prototype.query = query) };
}
