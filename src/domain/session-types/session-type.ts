import type { BoundName } from '../bounds.js';
import type { ResultStatus } from '../result.js';
import type { SessionTypeName } from '../session.js';

/** Where a completed interaction leads. Every way back names the bound it is counted against. */
export interface Route {
  /** A step of the type, or `complete`. */
  readonly to: string;
  readonly bound?: BoundName;
}

/** All three statuses are written out: a table is total, or it does not compile. */
export type StepRoutes = Readonly<Record<ResultStatus, Route>>;

export type Deliverable = 'contextDesign' | 'componentDesign' | 'review' | 'tests' | 'implementation';

/** A recipe as data: its steps in order and where each result leads. */
export interface SessionType {
  readonly name: SessionTypeName;
  readonly level: 'context' | 'component';
  /** Used in branch names: `sw/<branchType>/…`. */
  readonly branchType: string;
  /** What comes before the subject's name in its commit and pull request: `Implement`. */
  readonly title: string;
  /** The files it delivers, of its component or of every one of its context. */
  readonly delivers: readonly Deliverable[];
  /** The type of the children its spawn step plans, one per component. */
  readonly childType: SessionTypeName | null;
  /** Whether red tests can count as done while no implementation exists. */
  readonly allowRed: boolean;
  readonly steps: readonly string[];
  readonly routes: Readonly<Record<string, StepRoutes>>;
}

/** `ok` leads on, everything else is the same step again. */
export function forward(step: string, next: string, bound: BoundName): StepRoutes {
  return { ok: { to: next }, warning: { to: step, bound }, error: { to: step, bound } };
}

/** `ok` leads on, `error` goes back to be mended, `warning` looks again. */
export function checked(step: string, next: string, mend: string): StepRoutes {
  return {
    ok: { to: next },
    warning: { to: step, bound: 'recheck' },
    error: { to: mend, bound: 'rounds' },
  };
}
