export interface FileEvidence {
  readonly path: string;
  readonly sha256: string;
  readonly bytes: number;
}

/** A file as it was found to be right. */
export type JudgedFile = Pick<FileEvidence, 'path' | 'sha256'>;

export interface GitEvidence {
  readonly branch?: string;
  readonly baseSha?: string;
  readonly commit?: string;
  readonly remoteSha?: string;
}

/** A pull request (GitLab: merge request) as its forge shows it. */
export interface PullRequestEvidence {
  readonly url: string;
  readonly number: number;
  readonly state: 'open' | 'closed' | 'merged';
  /** The commit the forge has as its head. */
  readonly headSha: string;
}

/** What was found after a command ran. Test reports and documents travel as outputs, named by the command's `expects`. */
export interface Evidence {
  readonly files?: readonly FileEvidence[];
  /** Of the paths in `expects.base`: those that exist at its commit. */
  readonly baseFiles?: readonly string[];
  readonly git?: GitEvidence;
  readonly pullRequest?: PullRequestEvidence;
}

/** `observed` when specwright's own runner looked, `claimed` when a client says so. */
export type EvidenceSource = 'observed' | 'claimed';
