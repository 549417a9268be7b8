/** How much is measured. Medians are taken over `repeats`, each of which runs specwright and the bare workflow. */
export interface Sizes {
  /** Each repeat reports for so long, per side; by time, so that a busy machine takes no longer. */
  readonly reports: { readonly repeats: number; readonly seconds: number };
  /** In batches, until there are 500 sessions, and so many bare workflows. */
  readonly starts: { readonly repeats: number; readonly bare: number };
  /** A bare parent with fewer than 100 children is scaled up: its lanes are full all the time. */
  readonly children: { readonly repeats: number; readonly bare: number; readonly oneTurnRepeats: number };
  /** `workflows` of the sessions are real ones, the others rows alone. Each look at quiet takes so many seconds. */
  readonly readers: {
    readonly sessions: number;
    readonly workflows: number;
    readonly readers: number;
    readonly seconds: number;
    readonly moves: number;
  };
  readonly kill: { readonly waiting: number; readonly insideTask: number };
}

export const FULL: Sizes = {
  reports: { repeats: 9, seconds: 5 },
  starts: { repeats: 10, bare: 500 },
  children: { repeats: 3, bare: 100, oneTurnRepeats: 3 },
  readers: { sessions: 10_000, workflows: 1_500, readers: 200, seconds: 35, moves: 100 },
  kill: { waiting: 9, insideTask: 5 },
};

/** About two minutes in all. */
export const QUICK: Sizes = {
  reports: { repeats: 2, seconds: 1.5 },
  starts: { repeats: 5, bare: 50 },
  children: { repeats: 1, bare: 25, oneTurnRepeats: 0 },
  readers: { sessions: 200, workflows: 30, readers: 30, seconds: 3, moves: 15 },
  kill: { waiting: 3, insideTask: 0 },
};
