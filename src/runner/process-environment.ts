import { tmpdir } from 'node:os';

export type Environment = Readonly<Record<string, string>>;

/**
 * What a program run by the executor may see: nothing of the executor's own environment but these. Everything else
 * (database, Temporal, tokens) is left out by not being named; `extra` holds what the operator configured.
 */
export function processEnvironment(home: string, extra: Environment, own = process.env): Environment {
  return {
    PATH: own['PATH'] ?? '/usr/local/bin:/usr/bin:/bin',
    LANG: own['LANG'] ?? 'C.UTF-8',
    TMPDIR: own['TMPDIR'] ?? tmpdir(),
    TERM: 'dumb',
    HOME: home,
    ...extra,
  };
}
