export const FORGE_TYPES = ['github', 'gitlab'] as const;
export type ForgeType = (typeof FORGE_TYPES)[number];

/** Where pull requests are opened. The token comes from the executor's environment only. */
export interface Forge {
  readonly type: ForgeType;
  /** Base of its API without a slash at the end: `https://api.github.com`, `https://gitlab.com/api/v4`, or a self-hosted one. */
  readonly apiUrl: string;
  /** `owner/name`; on GitLab groups may be nested: `group/subgroup/name`. */
  readonly repository: string;
}
