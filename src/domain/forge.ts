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

/** Where the forge shows a file of a branch. The site is the API's, without what GitHub and GitLab put before or behind it. */
export function fileUrl({ type, apiUrl, repository }: Forge, branch: string, path: string): string {
  const site = apiUrl.replace(/^https:\/\/api\.github\.com$/, 'https://github.com').replace(/\/api\/v\d+$/, '');
  const blob = type === 'github' ? 'blob' : '-/blob';
  const encoded = [...branch.split('/'), ...path.split('/')].map(encodeURIComponent).join('/');
  return `${site}/${repository}/${blob}/${encoded}`;
}
