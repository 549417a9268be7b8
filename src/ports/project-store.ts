import type { ModelDiff } from '../domain/model-diff.js';
import type { ProjectModel } from '../domain/project.js';
import type { Scope } from '../domain/scope.js';

export interface ScopeNames {
  readonly account: string;
  readonly project: string;
  readonly user: string;
}

export interface ApplyOptions {
  /** Removes what the model does not declare. What sessions did to it stays with the sessions. */
  readonly prune?: boolean;
  /** Does it all and takes it back. */
  readonly dryRun?: boolean;
  /** Makes account, user, membership and project where missing, in the same transaction. */
  readonly ensure?: ScopeNames;
}

/** What was done, or would be. */
export interface AppliedModel extends ModelDiff {
  readonly ok: true;
  readonly dryRun: boolean;
  /** Parts that stay although the model does not declare them; sessions may have added them. */
  readonly undeclared: readonly string[];
}

export interface RefusedModel {
  readonly ok: false;
  readonly refusal: {
    readonly code: 'dependency_cycle' | 'project_not_found';
    readonly message: string;
    readonly fix: string;
  };
}

export type ApplyOutcome = AppliedModel | RefusedModel;

export interface ProjectStore {
  /** Makes account, user, membership and project where missing; for `setup`, the demo and tests. */
  ensureScope(scope: Scope, names: ScopeNames): Promise<void>;
  hasAccount(accountId: string): Promise<boolean>;
  /** Writes a checked model in one transaction, or nothing of it; repeating it changes nothing. */
  applyModel(scope: Scope, model: ProjectModel, options?: ApplyOptions): Promise<ApplyOutcome>;
  /** The whole model as it is stored, or null when there is no such project. */
  readModel(scope: Scope): Promise<ProjectModel | null>;
}
