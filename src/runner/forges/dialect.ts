import type { ForgeType } from '../../domain/forge.js';
import type { PullRequestEvidence } from '../../domain/evidence.js';

/** The pull request that is to be there in the end, from `branch` into `baseBranch` of one repository. */
export interface WantedPullRequest {
  readonly repository: string;
  readonly branch: string;
  readonly baseBranch: string;
  readonly title: string;
  readonly body: string;
  /** Tip of `branch` on the remote, which the forge has to show as its head. */
  readonly commit: string;
}

/** One request, as data. */
export interface ForgeCall {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT';
  /** Begins with a slash and is added to the forge's `apiUrl`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: Readonly<Record<string, string>>;
}

export interface ForgePullRequest {
  readonly number: number;
  readonly url: string;
  readonly state: PullRequestEvidence['state'];
  /** Null while the forge has not looked at the branch yet. */
  readonly headSha: string | null;
  readonly title: string;
  readonly body: string;
}

/** How one kind of forge is spoken to; nothing here sends anything. */
export interface Dialect {
  readonly type: ForgeType;
  readonly name: string;
  readonly tokenVariable: 'GITHUB_TOKEN' | 'GITLAB_TOKEN';
  /** What the token has to allow, in the forge's words. */
  readonly permission: string;
  /** Where the token may be sent without the operator naming the address. */
  readonly ownOrigin: string;
  headers(token: string): Readonly<Record<string, string>>;
  /** Every pull request from the branch into the base, newest first, whatever its state. */
  list(wanted: WantedPullRequest): ForgeCall;
  create(wanted: WantedPullRequest): ForgeCall;
  update(wanted: WantedPullRequest, number: number): ForgeCall;
  read(wanted: WantedPullRequest, number: number): ForgeCall;
  /** Null for what is no pull request from this branch of this repository into this base. */
  parse(value: unknown, wanted: WantedPullRequest): ForgePullRequest | null;
}
