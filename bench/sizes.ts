/** How much is measured. Medians are taken over `repeats`, each of which runs specwright and the bare workflow. */
export interface Sizes {
  readonly reports: {
    readonly repeats: number;
    /** Timed reports of one client in one repeat, by the number of clients. */
    readonly each: { readonly clients1: number; readonly clients50: number };
  };
  /** Sessions are started in batches until there are 500. */
  readonly starts: { readonly repeats: number };
  readonly children: { readonly repeats: number };
  readonly kill: { readonly waiting: number; readonly insideTask: number };
}

export const FULL: Sizes = {
  reports: { repeats: 7, each: { clients1: 120, clients50: 16 } },
  starts: { repeats: 10 },
  children: { repeats: 3 },
  kill: { waiting: 9, insideTask: 5 },
};

/** Under two minutes in all. */
export const QUICK: Sizes = {
  reports: { repeats: 3, each: { clients1: 50, clients50: 8 } },
  starts: { repeats: 5 },
  children: { repeats: 1 },
  kill: { waiting: 3, insideTask: 0 },
};
