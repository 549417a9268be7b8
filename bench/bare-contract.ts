/** The bare Temporal workflow every figure is compared with: nothing of specwright is in it. */
export interface BareActivities {
  /** One insert: the next turn. */
  openTurn(input: { id: string; seq: number }): Promise<BareTurn>;
  /** One update: what was reported. */
  closeTurn(input: { id: string; seq: number; report: BareReport }): Promise<{ status: 'ok' }>;
}

/** On an executor's queue; does nothing. */
export interface BareExecutorActivities {
  carryOut(input: BareTurn): Promise<BareReport>;
}

export interface BareTurn {
  readonly id: string;
  readonly seq: number;
}

export interface BareReport {
  readonly status: 'ok';
  readonly note: string;
}

export interface BareParentInput {
  readonly children: number;
  readonly inParallel: number;
  readonly child: BareChildInput;
}

export interface BareChildInput {
  /** Turns of two local activities, with a regular one between them when there is an executor. */
  readonly turns: number;
  readonly executorQueue: string | null;
  readonly taskTimeoutMs: number;
}

export const BARE_SESSION = 'bareSession';
export const BARE_PARENT = 'bareParent';
export const REPORT = 'report';
export const FIRST_TURN = 'firstTurn';

export const BARE_TABLE = `CREATE TABLE IF NOT EXISTS bench_turns (
  id text, seq integer, report jsonb, opened_at timestamptz NOT NULL DEFAULT now(), closed_at timestamptz,
  PRIMARY KEY (id, seq))`;
