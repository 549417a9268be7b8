export const BARE_SESSION = 'bareSession';
export const BARE_PARENT = 'bareParent';
export const REPORT = 'report';
export const FIRST_TURN = 'firstTurn';
export const BARE_TABLE = `CREATE TABLE IF NOT EXISTS bench_turns (
  id text, seq integer, report jsonb, opened_at timestamptz NOT NULL DEFAULT now(), closed_at timestamptz,
  PRIMARY KEY (id, seq))`;
