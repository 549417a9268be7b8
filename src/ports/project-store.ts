import type { ProjectModel } from '../domain/project.js';
import type { Scope } from '../domain/scope.js';

export interface ApplyOutcome {
  readonly created: readonly string[];
  readonly changed: readonly string[];
  readonly unchanged: number;
}

export interface ProjectStore {
  /** Makes account, user, membership and project where missing; for `setup`, the demo and tests. */
  ensureScope(scope: Scope, names: { account: string; project: string; user: string }): Promise<void>;
  /** Writes a checked model in one transaction; repeating it changes nothing, and it removes nothing. */
  applyModel(scope: Scope, model: ProjectModel): Promise<ApplyOutcome>;
}
