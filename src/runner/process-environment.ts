import { tmpdir } from 'node:os';

export type Environment = Readonly<Record<string, string>>;

/**
 * What a program run by the executor may see: these, and `extra`, which is what the operator named (`PATH` among it).
 * The executor's own environment (database, Temporal, tokens) is not even looked at.
 */
export function processEnvironment(home: string, extra: Environment): Environment {
  return {
    PATH: '/usr/local/bin:/usr/bin:/bin',
    LANG: 'C.UTF-8',
    TMPDIR: tmpdir(),
    TERM: 'dumb',
    HOME: home,
    ...extra,
  };
}
