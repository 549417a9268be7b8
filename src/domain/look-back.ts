/** A stretch of time still to be looked through, from its newest end to its oldest. Milliseconds. */
export interface LookBack {
  readonly from: number;
  readonly to: number;
  /** Where the next stretch begins, once this one is through. */
  readonly next: number;
}

/** Visibility is written after the fact: a run may be listed this long after the time that it says. */
const LATE_MS = 30_000;

export function firstLook(now: number, backMs: number): LookBack {
  return { from: now - backMs, to: now, next: now - LATE_MS };
}

/** After one page of a stretch; `rest` is the end of what is left of it. A stretch that does not get smaller is given up. */
export function nextLook(look: LookBack, rest: number | null, now: number): LookBack {
  if (rest !== null && rest < look.to && rest > look.from) return { ...look, to: rest };
  return { from: look.next, to: now, next: now - LATE_MS };
}
