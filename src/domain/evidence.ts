export interface FileEvidence {
  readonly path: string;
  readonly sha256: string;
  readonly bytes: number;
}

export interface GitEvidence {
  readonly branch?: string;
  readonly baseSha?: string;
  readonly commit?: string;
  readonly remoteSha?: string;
}

/** What was found after a command ran. Test reports travel as outputs, named by the command's `expects.testReports`. */
export interface Evidence {
  readonly files?: readonly FileEvidence[];
  readonly git?: GitEvidence;
}

/** `observed` when specwright's own runner looked, `claimed` when a client says so. */
export type EvidenceSource = 'observed' | 'claimed';
