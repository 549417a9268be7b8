import type { Bounds } from './bounds.js';
import type { Forge } from './forge.js';
import type { ToolchainSpec } from './toolchains/toolchain.js';

export interface Component {
  readonly name: string;
  readonly context: string;
  readonly type: string;
  readonly description: string;
  /** Higher starts first among components that are ready together. */
  readonly priority: number;
  /** Names of components of the same project; order between contexts is not enforced. */
  readonly dependsOn: readonly string[];
}

export interface Story {
  readonly title: string;
  readonly context: string;
  readonly text: string;
  readonly acceptanceCriteria: readonly string[];
}

/** Guidance put into prompts; `*` matches every component type or session type. */
export interface Rule {
  readonly name: string;
  readonly componentType: string;
  readonly sessionType: string;
  readonly text: string;
}

export interface Context {
  readonly name: string;
  readonly description: string;
  /** Names of other contexts of the project. */
  readonly dependsOn: readonly string[];
}

export interface Project {
  readonly name: string;
  readonly description: string;
  readonly toolchain: ToolchainSpec;
  /** What git is given to fetch and push: a URL or an absolute path; never with credentials in it. */
  readonly remote: string;
  readonly defaultBranch: string;
  /** Null: a plain remote, whose pull request is the text of `git request-pull`. */
  readonly forge: Forge | null;
  /** For sessions; those of a start come first, name by name. */
  readonly bounds: Bounds;
}

/** The rules for a component type in a session type; a context has no component type and gets the `*` ones. */
export function matchingRules(
  rules: readonly Rule[],
  componentType: string | null,
  sessionType: string,
): readonly Rule[] {
  return rules.filter(
    (rule) =>
      (rule.componentType === '*' || rule.componentType === componentType) &&
      (rule.sessionType === '*' || rule.sessionType === sessionType),
  );
}

/** Everything `specwright.yaml` declares. */
export interface ProjectModel {
  readonly project: Project;
  readonly contexts: readonly Context[];
  readonly components: readonly Component[];
  readonly stories: readonly Story[];
  readonly rules: readonly Rule[];
}
